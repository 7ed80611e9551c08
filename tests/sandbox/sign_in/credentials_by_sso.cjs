// Prints the credentials that AWS's SDK for JavaScript takes from a profile of an sso-session.
// Usage: NODE_PATH=… node credentials_by_sso.cjs PROFILE

const { fromSSO } = require("@aws-sdk/credential-providers");

fromSSO({ profile: process.argv[2] })()
  .then((credentials) => console.log(JSON.stringify(credentials)))
  .catch((error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  });
