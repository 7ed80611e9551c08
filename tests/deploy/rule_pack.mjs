// Evaluates the rules of cdk-preflight, and those of AWS's engine itself, over templates.
//
// Usage: node rule_pack.mjs FOLDER REGION ACCOUNT. FOLDER has node_modules; standard input is JSON, a list of templates
// as text, standard output a list of the findings of each: {rule, level, resource, path, message}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, region, account] = process.argv.slice(2);
const require = createRequire(join(folder, "node_modules", "here.js"));
const { BUNDLED_LIBS, BUNDLED_RULES } = require("cdk-preflight/lib/rules.generated.js");
const { RegoEngine, TemplateContent } = require("@aws/cloudformation-validate");

const PACKAGE = "package cdk_preflight\n\nimport rego.v1\n";

// The engine's time goes into compiling: so only rules that can apply, and one module for all of a service.
function modules(types) {
  const bodies = new Map();
  for (const { service, resourceTypes, rego } of BUNDLED_RULES) {
    if (resourceTypes.length && !resourceTypes.some((type) => type === "*" || types.has(type))) continue;
    bodies.set(service, [...(bodies.get(service) ?? []), rego.replace(/^(?:package|import)\s.*\n/gm, "")]);
  }
  const environment = `deploy_region := ${JSON.stringify(region)}\ndeploy_account := ${JSON.stringify(account)}\n`;
  return [
    ...BUNDLED_LIBS.map(({ name, rego }) => ({ name, content: rego })),
    ...[...bodies].map(([service, rules]) => ({ name: `rules of ${service}`, content: PACKAGE + rules.join("\n") })),
    { name: "environment", content: PACKAGE + environment },
  ];
}

function findings(engine, template) {
  const report = engine.validateTemplate(new TemplateContent(template), {
    pseudoParameterOverrides: { accountId: account, region },
    severityLevel: "WARN",
    detailLevel: "STANDARD",
  });
  if (report.status !== "OK") throw new Error(`a template could not be evaluated: ${JSON.stringify(report.diagnostics)}`);
  return report.diagnostics.map(({ ruleId, severity, entity, propertyPath, message }) => ({
    rule: ruleId,
    level: severity,
    resource: entity?.logicalId ?? "",
    path: propertyPath ?? "",
    message,
  }));
}

const templates = JSON.parse(readFileSync(0, "utf8"));
const types = new Set(templates.flatMap((each) => Object.values(JSON.parse(each).Resources).map(({ Type }) => Type)));
const engine = new RegoEngine({ customRules: modules(types) });
process.stdout.write(JSON.stringify(templates.map((each) => findings(engine, each))));
