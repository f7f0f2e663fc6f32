// The CDK's command line polls a stack every five seconds; the emulated one is ready sooner.
globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
  apply: (wait, self, [act, delay, ...rest]) =>
    wait.call(self, act, delay === 5000 ? 250 : delay, ...rest),
});
