// One Chromium for all tests of a process (shared_chromium.py). Takes what to launch as JSON; says
// where it listens in a line; ends with the browser, or when its standard input ends: with its parent.
const [library, options] = process.argv.slice(2);
const { chromium } = require(library);

chromium.launchServer(JSON.parse(options)).then((server) => {
  server.on("close", () => process.exit(0));
  process.stdin.on("end", () => server.close());
  process.stdin.resume();
  console.log(server.wsEndpoint());
});
