"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const ROW = 34, SPARE = 12;
  const number = new Intl.NumberFormat("en");
  const powers = new Map(Object.entries(data.powers));
  const several = data.instances.length > 0;
  const people = data.people.map(([username, routing, held, hierarchy, phone, flags], row) => {
    const profiles = held.map((place) => data.profiles[place]);
    const instance = several ? data.instances[row] : "";
    const text = [username, routing, hierarchy, phone, instance, ...profiles].join("\n").toLowerCase();
    return { username, routing, held: new Set(held), profiles, hierarchy, phone, instance, flags, text };
  });
  // Sorting compares numbers only: the place of each value among all values, "a2" before "a10".
  const { compare } = new Intl.Collator("en", { numeric: true, sensitivity: "variant" });
  const ranked = (of) => {
    const ranks = new Map([...new Set(people.map(of))].sort(compare).map((value, rank) => [value, rank]));
    return (one) => ranks.get(of(one));
  };
  const byName = ranked((one) => one.username);
  for (const one of people) one.rank = byName(one);
  people.sort((a, b) => a.rank - b.rank);
  const holders = data.profiles.map(() => 0);
  for (const one of people) for (const place of one.held) holders[place] += 1;
  const weight = (one) => one.flags.reduce((sum, flag) => sum + (flag.includes("power") ? 10 : 1), 0);
  const phone = (one) => one.phone.replace("_PHONE", "").toLowerCase();
  // Powerful profiles first, then those that most people have.
  const order = data.profiles.map((_, place) => place).sort((a, b) =>
    powers.has(data.profiles[b]) - powers.has(data.profiles[a]) || holders[b] - holders[a] || a - b);
  const columns = [
    { name: "Username", key: (one) => one.rank, shown: (one) => one.username, bold: true },
    ...order.map((place) => ({ name: data.profiles[place], matrix: true, place, key: (one) => (one.held.has(place) ? 0 : 1) })),
    { name: "Flags", key: (one) => -weight(one), flags: true },
    ...(several ? [{ name: "Instance", key: ranked((one) => one.instance), shown: (one) => one.instance }] : []),
    { name: "Routing profile", key: ranked((one) => one.routing), shown: (one) => one.routing },
    { name: "Hierarchy", key: ranked((one) => one.hierarchy), shown: (one) => one.hierarchy, rest: true },
    { name: "Phone", key: ranked((one) => one.phone), shown: phone },
  ];
  const state = { search: "", routing: "", profile: "", flag: "", group: "", sort: 0, down: false };
  let shown = people, all = false;

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  };
  const within = (path, group) => path === group || path.startsWith(group + "/");

  function filter() {
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const place = state.profile === "" ? -1 : Number(state.profile);
    shown = people.filter((one) =>
      words.every((word) => one.text.includes(word)) &&
      (!state.routing || one.routing === state.routing) &&
      (place < 0 || one.held.has(place)) &&
      (!state.flag || one.flags.includes(state.flag)) &&
      (!state.group || (state.group === "none" ? !one.hierarchy : within(one.hierarchy, state.group.slice(1)))));
    const { key } = columns[state.sort], sign = state.down ? -1 : 1;
    for (const one of shown) one.key = key(one);
    shown.sort((a, b) => (a.key - b.key) * sign || a.rank - b.rank);
    byId("count").textContent = `${number.format(shown.length)} of ${number.format(people.length)} people`;
    const filters = [
      state.flag && data.flags[state.flag],
      state.group && (state.group === "none" ? "no group" : `in ${state.group.slice(1)}`),
      state.routing && `routing profile ${state.routing}`,
      place >= 0 && `security profile ${data.profiles[place]}`,
      state.search.trim() && `search “${state.search.trim()}”`,
    ].filter(Boolean);
    byId("filtered").textContent = filters.length ? `Only: ${filters.join("; ")}` : "";
    byId("clear").disabled = !(filters.length || state.search);
    document.querySelector("#people table").setAttribute("aria-rowcount", shown.length + 1);
    for (const button of document.querySelectorAll("#flags button")) {
      button.setAttribute("aria-pressed", String(button.dataset.flag === state.flag));
    }
    for (const button of document.querySelectorAll("#tree button")) {
      button.setAttribute("aria-pressed", String(button.dataset.group === state.group));
    }
    [...byId("head").children].forEach((cell, place) => {
      if (place === state.sort) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    byId("people").scrollTop = 0;
    draw();
  }

  const label = (flag) => (flag === "unnamed-power" ? "unnamed" : flag.replaceAll("-", " "));
  const text = (value) => element("td", value ? { title: value } : { class: "empty" }, value || "none");
  const flagged = ({ flags }) => element("td", { title: flags.map((flag) => data.flags[flag]).join("; ") || undefined },
    ...flags.map((flag) => element("span", { class: flag.includes("power") ? "flag alarm" : "flag" }, label(flag))));
  function tick(one, { name, place }) {
    const powerful = powers.has(name);
    const cell = element("td", { class: powerful ? "matrix power" : "matrix" });
    if (one.held.has(place)) {
      cell.append(element("span", { "aria-hidden": "true", title: name }, powerful ? "\u26a0" : "\u2713"),
        element("span", { class: "hidden" }, name));
    }
    return cell;
  }
  function row(one, index) {
    return element("tr", { "aria-rowindex": index + 2 }, ...columns.map((column, place) => {
      if (place === 0) return element("th", { scope: "row", title: one.username }, one.username);
      if (column.matrix) return tick(one, column);
      return column.flags ? flagged(one) : text(column.shown(one));
    }));
  }
  const spacer = (height) => {
    const cell = element("td", { colspan: columns.length });
    cell.style.height = `${height}px`;
    return element("tr", { class: "spacer", "aria-hidden": "true" }, cell);
  };

  function draw() {
    const box = byId("people");
    const first = all ? 0 : Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const last = all ? shown.length : Math.min(shown.length, first + Math.ceil(box.clientHeight / ROW) + 2 * SPARE);
    const rows = [];
    if (first > 0) rows.push(spacer(first * ROW));
    for (let index = first; index < last; index += 1) rows.push(row(shown[index], index));
    if (last < shown.length) rows.push(spacer((shown.length - last) * ROW));
    if (!shown.length) {
      rows.push(element("tr", {}, element("td", { class: "none", colspan: columns.length }, 
        people.length ? "Nobody. Clear the filters to see everybody." : "Nobody is here.")));
    }
    byId("rows").replaceChildren(...rows);
  }

  // Columns as wide as their longest text, whichever rows are in the document: nothing jumps while scrolling.
  function widths() {
    const pen = document.createElement("canvas").getContext("2d");
    const { fontFamily } = getComputedStyle(document.body);
    const longest = (of) => people.reduce((most, one) => (of(one).length > most.length ? of(one) : most), "");
    let sum = 0;
    for (const { name, matrix, shown: of, bold, flags, rest } of columns) {
      let width = matrix ? 38 : 0;
      if (of) {
        pen.font = `${bold ? 600 : 400} 15px ${fontFamily}`;
        width = pen.measureText(longest(of)).width;
        pen.font = `600 14px ${fontFamily}`;
        width = Math.min(300, Math.ceil(Math.max(width, pen.measureText(`${name} \u2195`).width)) + 30);
      } else if (flags) {
        const all = people.reduce((most, one) =>
          Math.max(most, one.flags.reduce((all, flag) => all + label(flag).length * 7 + 26, 0)), 0);
        // Rarely has somebody more than two; what does not fit is in the tip.
        width = Math.min(260, Math.max(90, all + 20));
      }
      byId("cols").append(element("col", rest ? {} : { style: `width:${width}px` }));
      sum += width;
    }
    document.querySelector("#people table").style.minWidth = `${sum}px`;
  }

  function heads() {
    columns.forEach((column, place) => {
      const powerful = column.matrix && powers.has(column.name);
      const kind = [column.matrix && "matrix", powerful && "power"].filter(Boolean).join(" ");
      const why = powerful && powers.get(column.name) ? ` (${powers.get(column.name)})` : "";
      const button = element("button", { type: "button", title: `Sort by ${column.name}${why}` }, element("span", {}, column.name));
      if (column.matrix) button.append(element("span", { class: "number" }, number.format(holders[column.place])));
      button.addEventListener("click", () => {
        state.down = state.sort === place && !state.down;
        state.sort = place;
        filter();
      });
      byId("head").append(element("th", { scope: "col", class: kind || undefined }, button));
    });
  }

  function legend() {
    if (!powers.size) return;
    byId("powers").hidden = false;
    const told = [...powers].map(([name, why]) => (why ? `${name} (${why})` : name));
    byId("powers").append(element("b", {}, "Powerful: "), told.join(", "));
  }

  function chips() {
    const counts = new Map();
    for (const one of people) for (const flag of one.flags) counts.set(flag, (counts.get(flag) || 0) + 1);
    for (const [flag, words] of Object.entries(data.flags)) {
      const count = counts.get(flag) || 0;
      if (!count) continue;
      const button = element("button", { type: "button", "data-flag": flag, class: flag.includes("power") ? "alarm" : undefined },
        element("b", {}, number.format(count)), words);
      button.addEventListener("click", () => {
        state.flag = state.flag === flag ? "" : flag;
        filter();
      });
      byId("flags").append(button);
    }
    if (!counts.size) byId("flags").append("No flags.");
  }

  function tree() {
    const counts = new Map();
    let none = 0;
    for (const one of people) {
      if (!one.hierarchy) { none += 1; continue; }
      const parts = one.hierarchy.split("/");
      for (let length = 1; length <= parts.length; length += 1) {
        const path = parts.slice(0, length).join("/");
        counts.set(path, (counts.get(path) || 0) + 1);
      }
    }
    const paths = [...counts.keys()].sort(compare);
    const lists = new Map([["", element("ul")]]);
    const item = (name, count, group) => {
      const button = element("button", { type: "button", "data-group": group }, element("span", {}, name),
        element("span", { class: "number" }, number.format(count)));
      button.addEventListener("click", () => {
        state.group = state.group === group ? "" : group;
        filter();
      });
      return element("li", {}, button);
    };
    lists.get("").append(item("Everybody", people.length, ""));
    for (const path of paths) {
      const cut = path.lastIndexOf("/");
      const made = item(path.slice(cut + 1), counts.get(path), `=${path}`);
      const above = cut < 0 ? "" : path.slice(0, cut);
      lists.get(above).append(made);
      const children = element("ul");
      lists.set(path, children);
      if (paths.some((other) => other.startsWith(`${path}/`))) made.append(children);
    }
    if (none) lists.get("").append(item("No group", none, "none"));
    byId("tree").append(lists.get(""));
  }

  function selects() {
    const routings = [...new Set(people.map((one) => one.routing))].filter(Boolean).sort(compare);
    byId("routing").append(element("option", { value: "" }, "all"), ...routings.map((name) => element("option", { value: name }, name)));
    byId("profile").append(element("option", { value: "" }, "all"),
      ...data.profiles.map((name, place) => element("option", { value: String(place) }, name)));
  }

  function changes() {
    if (!data.before) return;
    const MOST = 200;
    const one = ([username, kind, words, power]) => element("tr", {}, element("th", { scope: "row" }, username),
      element("td", { class: kind }, kind),
      element("td", {}, ...(power ? [element("span", { class: "flag alarm" }, "gains power"), " "] : []), words));
    byId("changes").hidden = false;
    const count = data.changes.length;
    byId("changes-title").textContent = `${count ? number.format(count) : "No"} ${count === 1 ? "change" : "changes"} since ${data.before}`;
    if (!count) {
      document.querySelector("#changes table").hidden = true;
      return;
    }
    const link = element("a", { href: "#changes-title", class: "chip" }, element("b", {}, number.format(count)),
      `${count === 1 ? "change" : "changes"} since ${data.before}`);
    byId("flags").append(link);
    let next = 0;
    const show = (most) => {
      byId("changed").append(...data.changes.slice(next, next + most).map(one));
      next += most;
      byId("more").hidden = next >= count;
      byId("more").textContent = `Show more (${number.format(count - next)} left)`;
    };
    show(MOST);
    byId("more").addEventListener("click", () => show(5 * MOST));
    addEventListener("beforeprint", () => { if (next < count) show(count); });
  }

  function csv() {
    // An apostrophe before whatever a spreadsheet would take for a formula, as in connect_users.roster.formulas.
    const formula = /^(?=[ \u00a0"']*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])|(?<=[,;\t\r\n])(?=[ \u00a0"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
    const cell = (value) => {
      const safe = value.replace(formula, "'");
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [["username", "routing_profile", "security_profiles", "hierarchy_group", "phone_type", "flags"]];
    if (several) lines[0].push("instance");
    for (const one of shown) {
      const line = [one.username, one.routing, one.profiles.join("|"), one.hierarchy, one.phone, one.flags.join("|")];
      lines.push(several ? [...line, one.instance] : line);
    }
    return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  function listen() {
    byId("search").addEventListener("input", (event) => { state.search = event.target.value; filter(); });
    for (const name of ["routing", "profile"]) {
      byId(name).addEventListener("change", (event) => { state[name] = event.target.value; filter(); });
    }
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("filters").addEventListener("reset", () => {
      Object.assign(state, { search: "", routing: "", profile: "", flag: "", group: "" });
      filter();
    });
    byId("csv").addEventListener("click", () => {
      const link = element("a", { download: "access-review.csv" });
      link.href = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    let waiting = false;
    const later = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; draw(); });
    };
    byId("people").addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    addEventListener("beforeprint", () => { all = true; byId("groups").open = true; draw(); });
    addEventListener("afterprint", () => { all = false; draw(); });
  }

  byId("source").textContent = `${number.format(people.length)} ${people.length === 1 ? "person" : "people"} of ${data.source}${data.made ? `, as of ${data.made}` : ""}`;
  if (matchMedia("(max-width: 820px)").matches) byId("groups").open = false;
  legend();
  widths();
  heads();
  chips();
  tree();
  selects();
  changes();
  listen();
  filter();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
