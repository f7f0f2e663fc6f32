// Decides requests by IAM policies: JSON {policies, requests} in, a list of decisions out.
import { readFileSync } from "node:fs";
import { runSimulation, runUnsafeSimulation } from "@cloud-copilot/iam-simulate";

async function decide({ policy, action, resource, context, isKnown }) {
  const simulation = {
    identityPolicies: policy.map((document, index) => ({ name: `${index}`, policy: document })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    request: {
      principal: input.principal,
      action,
      resource: { resource, accountId: resource.split(":")[4] || input.account },
      contextVariables: context,
    },
  };
  if (!isKnown) {
    return { error: null, decision: runUnsafeSimulation(simulation, {}), ignored: [] };
  }
  const { errors, overallResult, result } = await runSimulation(simulation, {});
  return { error: errors ?? null, decision: overallResult, ignored: result?.ignoredContextKeys };
}

const input = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(input.requests.map(decide))));
