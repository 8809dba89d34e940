"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const ROW = 34, SPARE = 12;
  const number = new Intl.NumberFormat("en");
  const powers = new Map(Object.entries(data.powers));
  const people = data.people.map(([username, routing, held, hierarchy, phone, flags]) => {
    const profiles = held.map((place) => data.profiles[place]);
    const text = [username, routing, hierarchy, phone, ...profiles].join("\n").toLowerCase();
    return { username, routing, held: new Set(held), profiles, hierarchy, phone, flags, text };
  });
  const columns = [
    { name: "Username", key: (one) => one.username },
    { name: "Routing profile", key: (one) => one.routing },
    { name: "Hierarchy", key: (one) => one.hierarchy },
    { name: "Phone", key: (one) => one.phone },
    { name: "Flags", key: (one) => String(9 - one.flags.length) },
    ...data.profiles.map((name, place) => ({ name, matrix: true, place, key: (one) => (one.held.has(place) ? "0" : "1") })),
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
    const keys = new Map(shown.map((one) => [one, key(one)]));
    shown.sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      if (x !== y) return (x < y ? -1 : 1) * sign;
      return a.username < b.username ? -1 : 1;
    });
    byId("count").textContent = `${number.format(shown.length)} of ${number.format(people.length)} people`;
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

  function row(one, index) {
    const cells = [
      element("th", { scope: "row", title: one.username }, one.username),
      text(one.routing), text(one.hierarchy), text(one.phone.replace("_PHONE", "").toLowerCase()),
      element("td", {}, ...one.flags.map((flag) =>
        element("span", { class: flag.includes("power") ? "flag alarm" : "flag", title: data.flags[flag] }, flag))),
    ];
    data.profiles.forEach((name, place) => {
      const cell = element("td", { class: powers.has(name) ? "matrix power" : "matrix" });
      if (one.held.has(place)) {
        cell.append(element("span", { "aria-hidden": "true", title: name }, powers.has(name) ? "⚠" : "✓"),
          element("span", { class: "hidden" }, name));
      }
      cells.push(cell);
    });
    return element("tr", { "aria-rowindex": index + 2 }, ...cells);
  }
  const text = (value) => element("td", value ? {} : { class: "empty" }, value || "none");
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
      rows.push(element("tr", {}, element("td", { class: "none", colspan: columns.length }, "Nobody. Clear the filters to see everybody.")));
    }
    byId("rows").replaceChildren(...rows);
  }

  function heads() {
    columns.forEach((column, place) => {
      const kind = [column.matrix && "matrix", powers.has(column.name) && column.matrix && "power"].filter(Boolean).join(" ");
      const button = element("button", { type: "button", title: `Sort by ${column.name}` }, column.name);
      button.addEventListener("click", () => {
        state.down = state.sort === place && !state.down;
        state.sort = place;
        filter();
      });
      byId("head").append(element("th", { scope: "col", class: kind || undefined }, button));
    });
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
    const paths = [...counts.keys()].sort();
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
    const routings = [...new Set(people.map((one) => one.routing))].filter(Boolean).sort();
    byId("routing").append(element("option", { value: "" }, "all"), ...routings.map((name) => element("option", { value: name }, name)));
    byId("profile").append(element("option", { value: "" }, "all"),
      ...data.profiles.map((name, place) => element("option", { value: String(place) }, name)));
  }

  function changes() {
    if (!data.before) return;
    byId("changes").hidden = false;
    byId("changes-title").textContent = `${number.format(data.changes.length)} changes since ${data.before}`;
    byId("changed").append(...data.changes.map(([username, kind, words]) =>
      element("tr", {}, element("th", { scope: "row" }, username), element("td", { class: kind }, kind), element("td", {}, words))));
  }

  function csv() {
    // A cell that a spreadsheet would take for a formula is made a text.
    const cell = (value) => {
      const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [["username", "routing_profile", "security_profiles", "hierarchy_group", "phone_type", "flags"]];
    for (const one of shown) {
      lines.push([one.username, one.routing, one.profiles.join("|"), one.hierarchy, one.phone, one.flags.join("|")]);
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
    addEventListener("beforeprint", () => { all = true; draw(); });
    addEventListener("afterprint", () => { all = false; draw(); });
  }

  byId("source").textContent = `${number.format(people.length)} people of ${data.source}`;
  heads();
  chips();
  tree();
  selects();
  changes();
  listen();
  filter();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
