"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const ROW = 34, SPARE = 12;
  const number = new Intl.NumberFormat("en");
  // Maps, not objects: a profile may be called "constructor".
  const powers = new Map(Object.entries(data.powers)), marks = new Map(Object.entries(data.marks));
  const several = data.instances.length > 0, watched = data.online.length > 0;
  const reaches = new Map(Object.entries(data.reach)), EVERYBODY = "everybody";
  const people = data.people.map(([username, routing, held, hierarchy, phone, flags], row) => {
    const profiles = held.map((place) => data.profiles[place]);
    const instance = several ? data.instances[row] : "";
    const online = watched ? data.online[row] : "";
    const far = [...new Set(profiles.filter((name) => powers.has(name)).map((name) => reaches.get(name) || EVERYBODY))];
    // What is reached through any of the profiles is reached.
    const reach = far.includes(EVERYBODY) ? EVERYBODY : far.sort().join(" or ");
    const text = [username, routing, hierarchy, phone, instance, reach, ...profiles].join("\n").toLowerCase();
    return { username, routing, held: new Set(held), profiles, hierarchy, phone, instance, online, reach, flags, text };
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
  const weights = { "dormant-power": 1000, "unseen-power": 100 };
  const weight = (one) => one.flags.reduce((sum, flag) => sum + (weights[flag] || (flag.includes("power") ? 10 : 1)), 0);
  const phone = (one) => one.phone.replace("_PHONE", "").toLowerCase();
  // Powerful profiles first, then those that most people have.
  const order = data.profiles.map((_, place) => place).sort((a, b) =>
    powers.has(data.profiles[b]) - powers.has(data.profiles[a]) || holders[b] - holders[a] || a - b);
  const columns = [
    { name: "Username", key: (one) => one.rank, shown: (one) => one.username, bold: true },
    ...order.map((place) => ({ name: data.profiles[place], matrix: true, place, key: (one) => (one.held.has(place) ? 0 : 1) })),
    { name: "Flags", key: (one) => -weight(one), flags: true },
    ...(watched ? [{ name: "Last online", key: ranked((one) => one.online), shown: (one) => one.online }] : []),
    ...(reaches.size ? [{ name: "Reach", key: ranked((one) => one.reach), shown: (one) => one.reach }] : []),
    ...(several ? [{ name: "Instance", key: ranked((one) => one.instance), shown: (one) => one.instance }] : []),
    { name: "Routing profile", key: ranked((one) => one.routing), shown: (one) => one.routing },
    { name: "Hierarchy", key: ranked((one) => one.hierarchy), shown: (one) => one.hierarchy, rest: true },
    { name: "Phone", key: ranked((one) => one.phone), shown: phone },
  ];
  // Where it is known who was online: power that nobody uses first.
  const first = watched ? columns.findIndex((column) => column.flags) : 0;
  const ANY = { search: "", routing: "", profile: "", reach: "", flag: "", group: "" };
  const state = { ...ANY, status: "", sort: first, down: false };
  let shown = people, all = false;

  const ALARMS = new Set(["new", "expired"]);
  // As connect_users.core.phrases.printable: what is invisible, or turns the text around it, is shown as such; the
  // exports have it unchanged. Between names in Hebrew or Arabic, an arrow would point the other way without its mark.
  const visible = (text) => text.replace(/(?! )[\p{C}\p{Z}]/gu, "\ufffd").replaceAll("\u2192", "\u200e\u2192");
  const put = (made, ...children) => {
    made.replaceChildren(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
    return made;
  };
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === false) continue;
      made.setAttribute(name, value === true ? "" : name === "title" || name === "data-name" ? visible(value) : value);
    }
    return put(made, ...children);
  };
  // A button that shows only what has one value; a second click shows everything again.
  const toggle = (name, value, alarm, ...children) => {
    const button = element("button", { type: "button", [`data-${name}`]: value, class: alarm ? "alarm" : undefined }, ...children);
    button.addEventListener("click", () => {
      state[name] = state[name] === value ? "" : value;
      filter();
    });
    return button;
  };
  const within = (path, group) => path === group || path.startsWith(group + "/");

  function filter() {
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const place = state.profile === "" ? -1 : Number(state.profile);
    shown = people.filter((one) =>
      words.every((word) => one.text.includes(word)) &&
      (!state.routing || one.routing === state.routing) &&
      (place < 0 || one.held.has(place)) &&
      (!state.reach || one.reach === state.reach) &&
      (!state.flag || one.flags.includes(state.flag)) &&
      (!state.group || (state.group === "none" ? !one.hierarchy : within(one.hierarchy, state.group.slice(1)))));
    const { key } = columns[state.sort], sign = state.down ? -1 : 1;
    for (const one of shown) one.key = key(one);
    shown.sort((a, b) => (a.key - b.key) * sign || a.rank - b.rank);
    put(byId("count"), `${number.format(shown.length)} of ${number.format(people.length)} people`);
    const filters = [
      state.flag && data.flags[state.flag],
      state.group && (state.group === "none" ? "no group" : `in ${state.group.slice(1)}`),
      state.routing && `routing profile ${state.routing}`,
      place >= 0 && `security profile ${data.profiles[place]}`,
      state.reach && `power reaches ${state.reach}`,
      state.search.trim() && `search “${state.search.trim()}”`,
    ].filter(Boolean);
    put(byId("filtered"), filters.length ? `Only: ${filters.join("; ")}` : "");
    byId("clear").disabled = !(filters.length || state.search || state.status);
    document.querySelector("#people table").setAttribute("aria-rowcount", shown.length + 1);
    for (const name of ["flag", "group", "status"]) {
      for (const button of document.querySelectorAll(`button[data-${name}]`)) {
        button.setAttribute("aria-pressed", String(button.dataset[name] === state[name]));
      }
    }
    [...byId("head").children].forEach((cell, place) => {
      if (place === state.sort) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    byId("people").scrollTop = 0;
    draw();
    found(filters.length > 0);
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

  // Why a profile is power, and what else is known of it.
  const about = (name) => [powers.get(name), ...(marks.get(name) || [])].filter(Boolean).join("; ");

  function heads() {
    columns.forEach((column, place) => {
      const powerful = column.matrix && powers.has(column.name);
      const kind = [column.matrix && "matrix", powerful && "power"].filter(Boolean).join(" ");
      const known = column.matrix ? about(column.name) : "";
      const button = element("button", { type: "button", title: `Sort by ${column.name}${known && ` (${known})`}` }, element("span", {}, column.name));
      if (column.matrix) button.append(element("span", { class: "number" }, number.format(holders[column.place])));
      button.addEventListener("click", () => {
        state.down = state.sort === place && !state.down;
        state.sort = place;
        filter();
      });
      byId("head").append(element("th", { scope: "col", class: kind || undefined, "data-name": column.name }, button));
    });
  }

  function legend() {
    if (!powers.size) return;
    byId("powers").hidden = false;
    const named = [...powers.keys()].map((name) => element("bdi", {}, about(name) ? `${name} (${about(name)})` : name));
    put(byId("powers"), element("b", {}, "Powerful: "), ...named.flatMap((each, place) => (place ? [", ", each] : [each])));
  }

  function chips() {
    const counts = new Map();
    for (const one of people) for (const flag of one.flags) counts.set(flag, (counts.get(flag) || 0) + 1);
    for (const [flag, words] of Object.entries(data.flags)) {
      const count = counts.get(flag) || 0;
      if (!count) continue;
      byId("flags").append(toggle("flag", flag, flag.includes("power"), element("b", {}, number.format(count)), words));
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
    const item = (name, count, group) => element("li", {}, toggle("group", group, false, element("span", {}, name),
      element("span", { class: "number" }, number.format(count))));
    const root = element("ul", {}, item("Everybody", people.length, "")), items = new Map();
    // A group comes before those below it.
    for (const path of [...counts.keys()].sort(compare)) {
      const cut = path.lastIndexOf("/"), above = cut < 0 ? undefined : items.get(path.slice(0, cut));
      const list = above ? above.querySelector("ul") || above.appendChild(element("ul")) : root;
      items.set(path, list.appendChild(item(path.slice(cut + 1), counts.get(path), `=${path}`)));
    }
    if (none) root.append(item("No group", none, "none"));
    byId("tree").append(root);
  }

  function selects() {
    const routings = [...new Set(people.map((one) => one.routing))].filter(Boolean).sort(compare);
    byId("routing").append(element("option", { value: "" }, "all"), ...routings.map((name) => element("option", { value: name }, name)));
    byId("profile").append(element("option", { value: "" }, "all"),
      ...data.profiles.map((name, place) => element("option", { value: String(place) }, name)));
    byId("reaches").hidden = !reaches.size;
    byId("reach").append(...["", ...new Set(people.map((one) => one.reach).filter(Boolean))].sort(compare)
      .map((name) => element("option", { value: name }, name || "all")));
  }

  // Rows of a long list, some at first and more on request; all of them on paper.
  const lists = [];
  function list(name, body, row) {
    const [FEW, MORE] = [10, 1000];
    const more = byId(`more-${name}`);
    let rows = [], next = 0;
    const show = (most) => {
      byId(body).append(...rows.slice(next, next + most).map(row));
      next += most;
      more.hidden = next >= rows.length;
      put(more, `Show more (${number.format(rows.length - next)} left)`);
    };
    const fill = (these) => {
      rows = these;
      next = 0;
      byId(body).replaceChildren();
      show(FEW);
    };
    more.addEventListener("click", () => show(MORE));
    lists.push(() => show(rows.length));
    return fill;
  }
  function link(count, what, where) {
    byId("flags").append(element("a", { href: `#${where}-title`, class: "chip" }, element("b", {}, number.format(count)), what));
  }

  function changes() {
    if (!data.before) return;
    const count = data.changes.length, what = `${count === 1 ? "change" : "changes"} since ${data.before}`;
    byId("changes").hidden = false;
    put(byId("changes-title"), `${count ? number.format(count) : "No"} ${what}`);
    if (!count) {
      document.querySelector("#changes table").hidden = true;
      return;
    }
    link(count, what, "changes");
    list("changes", "changed", ([username, kind, words, power]) => element("tr", {},
      element("th", { scope: "row" }, username), element("td", { class: kind }, kind),
      element("td", {}, ...(power ? [element("span", { class: "flag alarm" }, "gains power"), " "] : []), words)))(data.changes);
  }

  let found = () => {};
  function findings() {
    if (!data.findings) return;
    const count = data.findings.length, what = count === 1 ? "finding" : "findings";
    byId("findings").hidden = false;
    put(byId("findings-title"), `${count ? number.format(count) : "No"} ${what}`);
    if (!count) {
      document.querySelector("#findings table").hidden = true;
      return;
    }
    link(count, what, "findings");
    for (const status of new Set(data.findings.map(([status]) => status))) {
      const count = data.findings.filter((each) => each[0] === status).length;
      byId("statuses").append(toggle("status", status, ALARMS.has(status), element("b", {}, number.format(count)), status));
    }
    const fill = list("findings", "found", ([status, username, words, id, accepted]) => element("tr", {},
      element("th", { scope: "row" }, username),
      element("td", {}, element("span", { class: ALARMS.has(status) ? "flag alarm" : "flag" }, status)),
      element("td", {}, words, element("code", {}, id), accepted && element("span", { class: "none" }, `accepted ${accepted}`))));
    found = (filtered) => {
      const names = new Set(filtered ? shown.map((one) => one.username) : []);
      const left = data.findings.filter(([status, username]) =>
        (!state.status || status === state.status) && (!filtered || names.has(username)));
      const some = left.length < count ? `${number.format(left.length)} of ` : "";
      put(byId("findings-title"), `${some}${number.format(count)} ${what}`);
      fill(left);
    };
  }

  function csv() {
    // An apostrophe before whatever a spreadsheet would take for a formula, as in connect_users.roster.formulas.
    const formula = /^(?=[ \u00a0"']*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])|(?<=[,;\t\r\n])(?=[ \u00a0"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
    const cell = (value) => {
      const safe = value.replace(formula, "'");
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = records(), names = Object.keys(rows[0] || record(people[0] || NOBODY));
    const line = (values) => values.map((value) => cell([value].flat().join("|"))).join(",");
    return [names, ...rows.map((row) => Object.values(row))].map(line).join("\r\n") + "\r\n";
  }
  const NOBODY = { username: "", routing: "", profiles: [], hierarchy: "", phone: "", online: "", reach: "", flags: [], instance: "" };
  const record = (one) => ({
    username: one.username,
    routing_profile: one.routing,
    security_profiles: one.profiles,
    hierarchy_group: one.hierarchy,
    phone_type: one.phone,
    flags: one.flags,
    ...(several && { instance: one.instance }),
    ...(watched && { last_online: one.online }),
    ...(reaches.size && { reach: one.reach }),
    ...(data.findings && { findings: ids(one, false), accepted_findings: ids(one, true) }),
  });
  const records = () => shown.map(record);
  let byUser;
  function ids(one, accepted) {
    if (!byUser) {
      byUser = new Map();
      for (const [status, username, , id] of data.findings) {
        const key = `${status === "accepted"} ${username}`;
        byUser.set(key, [...(byUser.get(key) || []), id]);
      }
    }
    return byUser.get(`${accepted} ${one.username}`) || [];
  }
  const whole = () => JSON.stringify({
    source: data.source,
    made: data.made,
    since: data.before,
    people: records(),
    findings: data.findings && data.findings.map(([status, username, text, id, accepted]) => ({ id, status, username, text, accepted })),
    changes: data.changes.map(([username, what, change, power]) => ({ username, what, change, power })),
  }, null, 2);
  function save(name, type, text) {
    const made = element("a", { download: name });
    made.href = URL.createObjectURL(new Blob([text], { type }));
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 1000);
  }

  function listen() {
    byId("search").addEventListener("input", (event) => { state.search = event.target.value; filter(); });
    for (const name of ["routing", "profile", "reach"]) {
      byId(name).addEventListener("change", (event) => { state[name] = event.target.value; filter(); });
    }
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("filters").addEventListener("reset", () => {
      Object.assign(state, ANY, { status: "" });
      filter();
    });
    byId("csv").addEventListener("click", () => save("access-review.csv", "text/csv", `\ufeff${csv()}`));
    byId("json").addEventListener("click", () => save("access-review.json", "application/json", whole()));
    let waiting = false;
    const later = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; draw(); });
    };
    byId("people").addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    addEventListener("beforeprint", () => { all = true; for (const show of lists) show(); byId("groups").open = true; draw(); });
    addEventListener("afterprint", () => { all = false; draw(); });
  }

  put(byId("source"), `${number.format(people.length)} ${people.length === 1 ? "person" : "people"} of ${data.source}${data.made ? `, as of ${data.made}` : ""}`);
  if (matchMedia("(max-width: 820px)").matches) byId("groups").open = false;
  legend();
  widths();
  heads();
  chips();
  tree();
  selects();
  changes();
  findings();
  listen();
  filter();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
