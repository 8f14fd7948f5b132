"use strict";
(() => {
  const root = document.documentElement;
  const tip = document.getElementById("tip");

  // Light, dark, or what the machine says; remembered where the browser lets us.
  const button = document.getElementById("theme");
  const themes = ["auto", "light", "dark"];
  const wear = (theme) => {
    root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  const remembered = () => {
    try { return localStorage.getItem("tipoff-theme"); } catch { return null; }
  };
  wear(themes.includes(remembered()) ? remembered() : "auto");
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    wear(next);
    try { localStorage.setItem("tipoff-theme", next); } catch { /* only until the next page */ }
  });

  // Where the picture is wider than its window, it begins at what is going on now.
  const now = document.querySelector(".plot line.now");
  if (now) {
    const plot = document.querySelector(".plot");
    plot.scrollLeft += now.getBoundingClientRect().left
      - plot.getBoundingClientRect().left - plot.clientWidth / 2;
  }

  // What a mark says is shown while the pointer is on it or the keyboard is.
  const marks = [...document.querySelectorAll(".plot g.mark")];
  for (const mark of marks) {
    const title = mark.querySelector(":scope > title");
    mark.setAttribute("aria-label", title.textContent);
    mark.setAttribute("role", "img");
    mark.removeAttribute("aria-hidden");
    title.remove();
  }
  let shown = null;
  const hide = () => { shown = null; tip.hidden = true; };
  const show = (mark) => {
    shown = mark;
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left), innerWidth - tip.offsetWidth - 8);
    const below = at.bottom + 8;
    const fits = below + tip.offsetHeight < innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${fits ? below : Math.max(8, at.top - tip.offsetHeight - 8)}px`;
  };
  const marked = (event) => event.target.closest?.("g.mark");
  document.addEventListener("pointerover", (event) => { if (marked(event)) show(marked(event)); });
  document.addEventListener("pointerout", (event) => { if (marked(event)) hide(); });
  document.addEventListener("focusin", (event) => { if (marked(event)) show(marked(event)); });
  document.addEventListener("focusout", hide);
  addEventListener("scroll", () => { if (shown) show(shown); }, { capture: true, passive: true });

  // Tab goes from row to row, the arrow keys walk along a row and across rows.
  const rows = [...document.querySelectorAll(".plot g.lane")]
    .map((lane) => [...lane.querySelectorAll("g.mark")])
    .filter((row) => row.length > 0);
  const stop = (row, mark) => {
    for (const each of row) each.setAttribute("tabindex", each === mark ? "0" : "-1");
  };
  for (const row of rows) {
    stop(row, row.find((mark) => !mark.matches(".idle, .window")) ?? row[0]);
  }
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return box.left + box.width / 2;
  };
  const nearest = (row, mark) => row.reduce((best, each) =>
    Math.abs(middle(each) - middle(mark)) < Math.abs(middle(best) - middle(mark)) ? each : best);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const mark = marked(event);
    const number = mark ? rows.findIndex((row) => row.includes(mark)) : -1;
    if (number < 0) return;
    const row = rows[number];
    const place = row.indexOf(mark);
    const moves = {
      ArrowRight: () => row[place + 1],
      ArrowLeft: () => row[place - 1],
      Home: () => row[0],
      End: () => row[row.length - 1],
      ArrowDown: () => rows[number + 1] && nearest(rows[number + 1], mark),
      ArrowUp: () => rows[number - 1] && nearest(rows[number - 1], mark),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    const next = moves[event.key]();
    if (!next) return;
    stop(rows.find((each) => each.includes(next)), next);
    next.focus();
  });
})();
