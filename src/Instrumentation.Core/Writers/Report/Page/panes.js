// A list of tabs and the pane that shows the chosen one: arrow keys, Home and End choose.

const tabs = (label, names, vertical, show) => {
  const pane = make("div", { role: "tabpanel", id: newId("pane") });
  const list = make("div", { role: "tablist", "aria-label": label, "aria-orientation": vertical ? "vertical" : "horizontal" });
  const buttons = names.map((content, index) => make("button", {
    type: "button", role: "tab", id: newId("tab"), tabindex: -1, "aria-controls": pane.id, "aria-selected": "false",
    onclick: () => choose(index, false),
  }, content));
  let chosen = -1;

  const choose = (index, focus) => {
    moveStop(buttons[chosen], buttons[index], focus);
    if (index === chosen) {
      return;
    }
    buttons[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    buttons[index].setAttribute("aria-selected", "true");
    pane.setAttribute("aria-labelledby", buttons[index].id);
    show(index, clear(pane));
  };

  list.addEventListener("keydown", event => {
    const last = buttons.length - 1;
    const target = {
      ArrowDown: Math.min(chosen + 1, last), ArrowRight: Math.min(chosen + 1, last),
      ArrowUp: Math.max(chosen - 1, 0), ArrowLeft: Math.max(chosen - 1, 0), Home: 0, End: last,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      choose(target, true);
    }
  });
  list.append(...buttons);
  if (buttons.length > 0) {
    choose(0, false);
  }
  return { list, pane };
};
