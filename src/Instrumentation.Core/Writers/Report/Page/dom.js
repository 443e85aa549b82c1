// Elements are made here, and only here. Text from the data becomes text nodes and attributes, never markup.

const make = (tag, attributes = {}, ...content) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...content.flat().filter(part => part !== null && part !== undefined));
  return element;
};

const byId = id => document.getElementById(id);

// Styles are set through the object model: the page's policy does not let style attributes in.
const place = (element, from, share) => {
  element.style.left = `${100 * from}%`;
  element.style.width = `${100 * Math.max(share, 0)}%`;
  return element;
};

const clear = element => {
  element.replaceChildren();
  return element;
};

let lastNumber = 0;
const newId = prefix => `${prefix}-${++lastNumber}`;

// Moves the one tab stop of a group of elements, and the focus when the user asked for it.
const moveStop = (from, to, focus) => {
  if (from && from !== to) {
    from.tabIndex = -1;
  }
  if (to) {
    to.tabIndex = 0;
    if (focus) {
      to.focus({ preventScroll: true });
      to.scrollIntoView({ block: "nearest" });
    }
  }
};
