// Makes the CDK's command line quicker in tests; loaded before it by `node --require`.
const fs = require("fs");
const Module = require("module");
const path = require("path");
const vm = require("vm");

// It polls a stack every five seconds; the emulated one is ready sooner.
globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
  apply: (wait, self, [act, delay, ...rest]) =>
    wait.call(self, act, delay === 5000 ? 250 : delay, ...rest),
});

// Compiling its 16 MB takes half a second of every start: keep what V8 has made of them.
const compile = Module.prototype._compile;
Module.prototype._compile = function (content, file, ...rest) {
  if (!file.endsWith(path.join("aws-cdk", "lib", "index.js"))) {
    return compile.call(this, content, file, ...rest);
  }
  const { size, mtimeMs } = fs.statSync(file);
  const folder = path.resolve(path.dirname(file), "../../.cache");
  const cache = path.join(folder, `aws-cdk-${process.version}-${size}-${mtimeMs}`);
  const script = new vm.Script(Module.wrap(content), {
    filename: file,
    cachedData: fs.existsSync(cache) ? fs.readFileSync(cache) : undefined,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const require = Object.assign((id) => this.require(id), Module.createRequire(file));
  require.main = process.mainModule;
  script.runInThisContext().call(this.exports, this.exports, require, this, file, path.dirname(file));
  if (!fs.existsSync(cache) || script.cachedDataRejected) {
    process.on("exit", () => {
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
      fs.renameSync(`${cache}.${process.pid}`, cache);
    });
  }
};
