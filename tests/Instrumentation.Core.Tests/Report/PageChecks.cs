namespace Instrumentation.Core.Tests.Report;

/// <summary>Checks that run inside of a page. Each gives the list of what is wrong.</summary>
internal static class PageChecks
{
    /// <summary>Elements that reach beyond the window to the right, unless something around them scrolls or cuts.</summary>
    public const string Overflowing = """
        [...document.querySelectorAll("body *")].filter(element => {
          const box = element.getBoundingClientRect();
          if (box.width === 0 || box.right <= document.documentElement.clientWidth + 1) { return false; }
          for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
            if (getComputedStyle(around).overflowX !== "visible") { return false; }
          }
          return !element.classList.contains("skip");
        }).map(element => `${element.tagName}.${element.className} ${element.getBoundingClientRect().right}`)
        """;

    /// <summary>Text with less contrast to what lies behind it than WCAG 2.2 asks for: 4.5 to 1, 3 to 1 for large text.</summary>
    public const string FaintText = """
        (() => {
          const parse = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const behind = element => {
            for (let around = element; around; around = around.parentElement) {
              const colour = parse(getComputedStyle(around).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) { return colour; }
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll("body *")].filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== "")).flatMap(element => {
            if (!element.checkVisibility() || ["SCRIPT", "NOSCRIPT"].includes(element.tagName) || element.closest(":disabled")) { return []; }
            const style = getComputedStyle(element);
            const [front, back] = [light(parse(style.color)), light(behind(element))];
            const ratio = (Math.max(front, back) + .05) / (Math.min(front, back) + .05);
            const size = parseFloat(style.fontSize);
            const least = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 600) ? 3 : 4.5;
            return ratio + .01 < least ? [`${element.tagName}.${element.className} "${element.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`] : [];
          });
        })()
        """;

    /// <summary>Controls, trees and sections without a name, headings out of order, doubled ids, and tree items without a level.</summary>
    public const string Unlabelled = """
        (() => {
          const named = element => (element.ariaLabel ?? "") !== "" || element.textContent.trim() !== ""
            || (element.getAttribute("aria-labelledby") ?? "").split(" ").some(id => document.getElementById(id)?.textContent.trim());
          const wrong = [...document.querySelectorAll("button, a, input, section, nav, [role=tree], [role=tablist], [role=tab], [role=tabpanel], [role=treeitem], th")].filter(element => !named(element)).map(element => `unnamed ${element.outerHTML.slice(0, 80)}`);
          wrong.push(...[...document.querySelectorAll("[role=treeitem]")].filter(item => !item.ariaLevel || !item.closest("[role=tree]")).map(item => `no level ${item.outerHTML.slice(0, 80)}`));
          const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
          wrong.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map(id => `twice ${id}`));
          let level = 0;
          for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
            const own = Number(heading.tagName[1]);
            if (own > level + 1) { wrong.push(`heading ${heading.textContent}`); }
            level = own;
          }
          if (!document.documentElement.lang || document.title === "") { wrong.push("no language or title"); }
          return wrong;
        })()
        """;
}
