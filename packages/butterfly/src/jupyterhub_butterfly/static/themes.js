// The terminals' themes, a row each, in both clients: xterm.js takes the colours as they are, page.js
// gives them to Butterfly as custom properties of CSS. Loaded before page.js.
//
// Besides xterm.js's names: `paper` is "dark" or "light", and `blackText` the black of Butterfly's
// text, which must be readable on it; xterm.js sees to that by itself.

"use strict";

window.terminalThemes = {
  dark: {
    paper: "dark", blackText: "#7f889b",
    background: "#12141a", foreground: "#e6e8ee", cursor: "#ffd75f", selectionBackground: "#3b4d7a",
    black: "#2b303b", red: "#ff7b72", green: "#7ee787", yellow: "#f2cc60",
    blue: "#79b8ff", magenta: "#d2a8ff", cyan: "#76e3ea", white: "#d5d9e2",
    brightBlack: "#8b93a5", brightRed: "#ffa198", brightGreen: "#a5f0ad", brightYellow: "#ffe08a",
    brightBlue: "#a8d1ff", brightMagenta: "#e2c5ff", brightCyan: "#a9f0f5", brightWhite: "#ffffff",
  },
  light: {
    paper: "light", blackText: "#1f2328",
    background: "#fbfbf8", foreground: "#1f2328", cursor: "#8a5a00", selectionBackground: "#bcd3ff",
    black: "#1f2328", red: "#b31d28", green: "#116329", yellow: "#7d4e00",
    blue: "#0550ae", magenta: "#6f42c1", cyan: "#0b6070", white: "#57606a",
    brightBlack: "#57606a", brightRed: "#a40e26", brightGreen: "#1a5c2e", brightYellow: "#633c01",
    brightBlue: "#0a4a9e", brightMagenta: "#5a32a3", brightCyan: "#0b5563", brightWhite: "#1f2328",
  },
};
