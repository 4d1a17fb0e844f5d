// Plain JavaScript, loaded before anything else, so that an older Node gets to say what is wrong.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `This project needs Node 24, and this is ${process.version}. npm ci installs Node 24 for most platforms and npm scripts use it; ` +
      "on yours it did not, so install Node 24 and run the command again.\n",
  );
  process.exit(1);
}
