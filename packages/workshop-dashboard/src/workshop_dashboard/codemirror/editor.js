/* The files' editor: CodeMirror behind the few verbs that files.js uses. `require` gives CodeMirror's
   modules; see editor_bundle.py. */
const { EditorSelection, EditorState } = require("@codemirror/state");
const view = require("@codemirror/view");
const { defaultKeymap, history, historyKeymap, indentWithTab } = require("@codemirror/commands");
const language = require("@codemirror/language");
const { highlightSelectionMatches, searchKeymap } = require("@codemirror/search");
const { tags } = require("@lezer/highlight");

// A file's ending, or its whole name -> how its text is coloured.
const mode = (name, part) => () => language.StreamLanguage.define(require(`@codemirror/legacy-modes/mode/${name}`)[part]);
const MODES = {
  yaml: mode("yaml", "yaml"), yml: mode("yaml", "yaml"),
  json: mode("javascript", "json"), js: mode("javascript", "javascript"), ts: mode("javascript", "typescript"),
  py: mode("python", "python"), go: mode("go", "go"), css: mode("css", "css"),
  sh: mode("shell", "shell"), bash: mode("shell", "shell"), bashrc: mode("shell", "shell"),
  html: mode("xml", "html"), xml: mode("xml", "xml"), toml: mode("toml", "toml"),
  properties: mode("properties", "properties"), ini: mode("properties", "properties"), env: mode("properties", "properties"),
  dockerfile: mode("dockerfile", "dockerFile"), containerfile: mode("dockerfile", "dockerFile"),
};
const modeOf = (path) => MODES[path.split("/").pop().split(".").pop().toLowerCase()]?.() ?? [];

// The colours are those of the page, light and dark.
const colours = language.HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--link)" },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.tagName, tags.attributeName], color: "var(--link)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--warn)" },
  { tag: [tags.comment, tags.meta], color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--bad)" },
]);
const theme = view.EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--paper)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.875rem", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--shade)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--focus) 9%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--focus) 30%, transparent)",
  },
  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--shade)" },
  ".cm-textfield, .cm-button": { color: "var(--ink)", backgroundColor: "var(--paper)", backgroundImage: "none", border: "1px solid var(--line)" },
});

/* An editor in `parent`. `onChange` is called when its text has changed, `onSave` for Ctrl+S. */
window.makeTextEditor = (parent, { nonce, onChange, onSave }) => {
  const common = [
    view.EditorView.cspNonce.of(nonce),
    view.lineNumbers(), view.highlightSpecialChars(), view.drawSelection(), view.highlightActiveLine(),
    view.highlightActiveLineGutter(), history(), language.bracketMatching(), highlightSelectionMatches(),
    language.syntaxHighlighting(colours), theme, language.indentUnit.of("  "),
    view.keymap.of([
      { key: "Mod-s", preventDefault: true, run: () => { onSave(); return true; } },
      ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab,
    ]),
    view.EditorView.updateListener.of((update) => { if (update.docChanged) onChange(); }),
    view.EditorView.contentAttributes.of({ "aria-label": "Text of the file" }),
  ];
  // Also for the empty one: it is the first to write its sheets.
  const editor = new view.EditorView({ parent, extensions: common });
  const place = ([line, column]) => {
    const found = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
    // Columns are counted in characters, and a string of JavaScript is not.
    return found.from + Array.from(found.text).slice(0, column).join("").length;
  };
  return {
    show: (text, path, lineBreak) => editor.setState(EditorState.create({
      doc: text, extensions: [common, modeOf(path), EditorState.lineSeparator.of(lineBreak)],
    })),
    read: () => editor.state.sliceDoc(),
    /* Take another text, as one change that can be undone; what is the same stays as it is. */
    replace: (text) => {
      const { state } = editor;
      const [now, next] = [state.doc, state.toText(text)];
      let from = 0;
      const [old, fresh] = [now.toString(), next.toString()];
      const most = Math.min(old.length, fresh.length);
      while (from < most && old[from] === fresh[from]) from += 1;
      let tail = 0;
      while (tail < most - from && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1;
      editor.dispatch({ changes: { from, to: old.length - tail, insert: next.slice(from, fresh.length - tail) } });
    },
    /* Select from one [line, column] to another, lines from 1, and bring it into sight. */
    select: ([from, to]) => {
      const selection = EditorSelection.single(place(from), place(to));
      editor.dispatch({ selection, effects: view.EditorView.scrollIntoView(selection.main, { y: "center" }) });
    },
    focus: () => editor.focus(),
  };
};
