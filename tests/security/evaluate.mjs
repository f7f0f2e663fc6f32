// Decides requests by IAM policies: on each line JSON {principal, account, requests} in, a list of
// decisions out.
import { createInterface } from "node:readline";
import { runSimulation, runUnsafeSimulation } from "@cloud-copilot/iam-simulate";

async function decide(input, { policy, action, resource, context, isKnown }) {
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

for await (const line of createInterface({ input: process.stdin })) {
  const input = JSON.parse(line);
  console.log(JSON.stringify(await Promise.all(input.requests.map((one) => decide(input, one)))));
}
