// Every request to the API is signed with AWS credentials, which have no place in a page: it is for reading.
const nothing = () => () => null;
SwaggerUIBundle({
  plugins: [{ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } }],
  dom_id: "#docs",
  url: "docs/openapi.json",
  supportedSubmitMethods: [],
  deepLinking: true,
  filter: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
