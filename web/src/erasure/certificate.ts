/** A certificate as a file of its own: it needs neither the server nor the panel's styles. */

const STYLE = `
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #14202a; font: 16px/1.5 system-ui, sans-serif; }
h2 { margin: 0 0 1rem; }
dl > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.2rem 0; }
dt { flex: 0 0 12rem; color: #586672; }
dd { flex: 1 1 20rem; margin: 0; overflow-wrap: anywhere; }
code { display: block; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.3rem 0; border-bottom: 1px solid #e1e5e9; text-align: left; }
th:last-child, td:last-child { text-align: right; }
`;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** What an article says, as a document. `markup` is its inner HTML, as the browser wrote it. */
export function documentOf(markup: string, title: string, language: string): string {
  return [
    "<!doctype html>",
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>`,
    `<body>${markup}</body>`,
    "</html>",
    "",
  ].join("\n");
}

/** Has the browser save the article as a file. */
export function saveAsFile(article: HTMLElement, name: string): void {
  const copy = article.cloneNode(true) as HTMLElement;
  for (const styled of copy.querySelectorAll("[class]")) styled.removeAttribute("class");
  const title = copy.querySelector("h2")?.textContent ?? "";
  const file = new Blob([documentOf(copy.innerHTML, title, article.lang)], { type: "text/html" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
