// Colours for configuration text. It need not be valid.

export interface Token {
  kind: "plain" | "comment" | "string" | "number" | "name" | "block";
  text: string;
}

const pattern =
  /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|("(?:[^"\\\n]|\\.)*"?|`[^`]*`?)|(\b\d+(?:\.\d+)?\b|\b(?:true|false|null)\b)|([A-Za-z_][\w.]*)(?=\s*=(?!=))|([A-Za-z_][\w.]*)(?=(?:\s+"[^"\n]*")?\s*\{)/g;

export function tokens(text: string): Token[] {
  const result: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) result.push({ kind: "plain", text: text.slice(at, match.index) });
    const [whole, comment, string, number, name] = match;
    result.push({ kind: comment ? "comment" : string ? "string" : number ? "number" : name ? "name" : "block", text: whole });
    at = match.index + whole.length;
  }
  if (at < text.length) result.push({ kind: "plain", text: text.slice(at) });
  return result;
}
