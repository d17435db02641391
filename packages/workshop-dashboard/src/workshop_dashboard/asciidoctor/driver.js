/* What Python calls: one request as JSON in, HTML out. No file and no address is ever opened:
   included files come with the request, by their path below the notes. */
"use strict";
var doctor = Asciidoctor();
var MAX_DEPTH = 16;

/* The lines that `lines=1..3;7` and `tags=a;b` choose; marks of tags are never shown. */
var chosenLines = (text, attributes) => {
  const lines = text.split(/\r?\n/);
  const spec = attributes.lines;
  const tags = (attributes.tags ?? attributes.tag ?? "").split(/[;,]/).filter(Boolean);
  if (spec) {
    const ranges = spec.split(/[;,]/).map((part) => part.trim().split(".."));
    const within = (number) => ranges.some(([from, to]) => {
      const last = to === undefined ? Number(from) : to === "" || to === "-1" ? Infinity : Number(to);
      return number >= Number(from) && number <= last;
    });
    return lines.filter((_, place) => within(place + 1));
  }
  const open = [];
  const kept = [];
  for (const line of lines) {
    const mark = /(?:^|\s|\W)(tag|end)::([^\s\[]+)\[\]/.exec(line);
    if (mark) {
      if (mark[1] === "tag") open.push(mark[2]); else if (open.includes(mark[2])) open.splice(open.lastIndexOf(mark[2]), 1);
    } else if (!tags.length || tags.some((tag) => open.includes(tag))) kept.push(line);
  }
  return kept;
};

var resolvePath = (folder, target) => {
  const parts = [];
  for (const part of `${folder}/${target}`.split("/")) {
    if (part === "..") parts.pop(); else if (part && part !== ".") parts.push(part);
  }
  return parts.join("/");
};

var convert = (request) => {
  const { text, folder, attributes, files } = JSON.parse(request);
  const registry = doctor.Extensions.create();
  let count = 0;
  registry.includeProcessor(function () {
    this.handles(() => true);
    this.process((document, reader, target, options) => {
      const from = reader.getCursor().getPath();
      const base = Object.hasOwn(files, from) ? from.split("/").slice(0, -1).join("/") : folder;
      const path = resolvePath(base, target);
      count += 1;
      if (!Object.hasOwn(files, path) || reader.include_stack.length >= MAX_DEPTH || count > 1000) {
        return reader.pushInclude([`(There is no file ${path} to include.)`], path, path, 1, {});
      }
      return reader.pushInclude(chosenLines(files[path], options), path, path, 1, options);
    });
  });
  return doctor.convert(text, { safe: "secure", attributes, extension_registry: registry });
};
