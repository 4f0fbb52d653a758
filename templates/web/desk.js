// What the desk's pages do more comfortably with a script; all of it works without, by forms.
"use strict";

// Ctrl-K, or Cmd-K, goes to the field that goes anywhere.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const field = document.getElementById("find");
    // Without a field, as on a page for reviewing; whoever comes by a link has nowhere to go.
    const mayFind = field || document.body.dataset.role;
    if (mayFind) event.preventDefault();
    if (field) {
      field.focus();
      field.select();
    } else if (mayFind) {
      location.assign("/find");
    }
  }
});

// Sends a form of these fields, as a click on its button would.
function send(action, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

// Dragging in the queue: the dates stay, and the collage takes the place that it is dropped on.
for (const list of document.querySelectorAll("[data-drag]")) {
  let dragged = null;
  const slots = [...list.children];
  const move = (name, where, neighbour) =>
    send(list.dataset.drag, {
      csrf: list.dataset.csrf, order: list.dataset.order, name, where, neighbour,
    });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-name]");
    if (!dragged) return;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.name);
  });
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    slots.forEach((slot) => slot.classList.remove("over"));
    dragged = null;
  });
  list.addEventListener("dragover", (event) => {
    const slot = event.target.closest(".slot");
    if (!dragged || !slot) return;
    event.preventDefault();
    slots.forEach((each) => each.classList.toggle("over", each === slot));
  });
  list.addEventListener("drop", (event) => {
    const slot = event.target.closest(".slot");
    if (!dragged || !slot) return;
    event.preventDefault();
    const from = slots.indexOf(dragged.closest(".slot"));
    const to = slots.indexOf(slot);
    const there = slot.querySelector("[data-name]");
    const name = dragged.dataset.name;
    if (from === to) return;
    if (!there) move(name, "last", "");
    else move(name, from < to ? "after" : "before", there.dataset.name);
  });
  // What was just moved has the focus, once the browser has gone there: it may be moved on.
  const moved = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (moved && list.contains(moved)) addEventListener("load", () => moved.querySelector("h3 a").focus());
  // With the keyboard: Alt and an arrow move the collage that has the focus in it.
  list.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const forms = event.target.closest("[data-name]")?.querySelectorAll(".tools > form");
    const button = forms?.[event.key === "ArrowUp" ? 0 : 1]?.querySelector("button");
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    }
  });
}

// Once both versions are made one, what was kept here of them is stored.
for (const form of document.querySelectorAll("form[data-settles]")) {
  form.addEventListener("submit", () => localStorage.removeItem(form.dataset.settles));
}

// Writing: what would go out is shown while somebody types, drafts are saved by themselves, and what
// is not saved yet is kept on this device.
for (const form of document.querySelectorAll("form[data-write]")) {
  const field = (name) => form.elements[name];
  const status = document.getElementById("status");
  const own = ["csrf", "base", "sent", "revision", "id", "upload"];
  const values = () => Object.fromEntries([...new FormData(form)].filter(([name]) => !own.includes(name)));
  const place = () => `mlcollage ${form.dataset.who} ${form.dataset.root}`;
  const url = (step) => (step === "save" && !field("id") ? form.dataset.root : `${form.dataset.root}/${step}`);
  let dirty = "unsaved" in form.dataset;
  let isLeaving = false, isStopped = false;
  let saving = null, previewing = null, previewTimer = 0, saveTimer = 0;

  const tell = (text, isBad = false) => {
    status.textContent = text;
    status.classList.toggle("bad", isBad);
  };
  const put = (name, value) => {
    const input = field(name);
    if (input instanceof RadioNodeList) input[1].checked = value === "yes";
    else if (input) input.value = value;
    if (name !== "picture" || !value) return;
    const chosen = document.getElementById("chosen");
    chosen.hidden = false;
    chosen.querySelector("img").src = `/pictures/${value.slice(0, 64)}`;
    chosen.querySelector("figcaption").textContent = value.slice(65);
  };
  const wrong = (problems) => {
    for (const line of form.querySelectorAll("[data-wrong]")) {
      const text = problems[line.dataset.wrong] ?? "";
      line.textContent = text;
      line.closest(".field").querySelector("input:not([type=hidden]), textarea, select").ariaInvalid = text ? "true" : null;
      if (text) line.closest("details")?.setAttribute("open", "");
    }
  };

  async function preview() {
    previewing?.abort();
    previewing = new AbortController();
    const file = field("upload").files[0];
    const body = new FormData(form);
    try {
      const answer = await fetch(url("preview?part=1"), { method: "POST", body, signal: previewing.signal });
      if (!answer.ok || answer.redirected) return;
      const threads = document.getElementById("threads");
      threads.innerHTML = await answer.text();
      const { problems, picture } = threads.querySelector("[data-problems]").dataset;
      wrong(JSON.parse(problems));
      // The desk has a picture that was chosen by now: it need not be sent again.
      if (picture !== field("picture").value) put("picture", picture);
      if (file && file === field("upload").files[0]) field("upload").value = "";
    } catch (error) {
      if (error.name !== "AbortError") tell("What goes out cannot be shown: there is no connection.", true);
    }
  }

  function keep() {
    const kept = { at: Date.now(), base: field("base").value, sent: field("sent").value, values: values() };
    try { localStorage.setItem(place(), JSON.stringify(kept)); } catch { /* No room: the server has it soon. */ }
  }

  function changed() {
    dirty = true;
    if (!status.classList.contains("bad")) tell("Not saved yet.");
    const count = form.querySelector("[data-count=alt]"), { value, dataset } = field("alt");
    count.textContent = `${[...value].length}/${dataset.most}`;
    count.classList.toggle("bad", [...value].length > Number(dataset.most));
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => { keep(); preview(); }, 300);
    saveLater(3000);
  }

  function saveLater(wait) {
    clearTimeout(saveTimer);
    if (!("autosave" in form.dataset) || isStopped) return;
    saveTimer = setTimeout(() => {
      if (saving) return saveLater(1000);
      if (dirty && !isLeaving && field("title").value.trim()) saving = save().finally(() => { saving = null; });
    }, wait);
  }

  // Stores a draft. What was typed while the answer came is untouched, and saved next.
  async function save() {
    const sent = values();
    const body = new FormData(form);
    body.append("auto", "yes");
    field("sent").value = JSON.stringify(sent);
    try {
      const answer = await fetch(url("save"), { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json().catch(() => ({ problem: "the desk cannot take it; load the page again." }));
      if (answer.ok) saved(said, sent);
      else refused(said);
    } catch {
      tell("Not saved: there is no connection. What you type is kept on this device.", true);
      saveLater(10000);
    }
  }

  function saved(said, sent) {
    localStorage.removeItem(place());
    if (!field("id")) history.replaceState(null, "", said.root);
    form.dataset.root = said.root;
    if (!field("id")) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "id" }));
    field("id").value = said.id;
    form.action = url("save");
    for (const button of document.querySelectorAll("[data-step]")) button.formAction = url(button.dataset.step);
    put("base", said.base);
    put("sent", "");
    const now = values();
    dirty = Object.keys(sent).some((name) => now[name] !== sent[name]);
    // What others have changed, and nobody here: blanks at an end are no change.
    for (const [name, value] of Object.entries(said.values)) {
      if (now[name] === sent[name] && now[name]?.trim() !== value.trim()) put(name, value);
    }
    wrong({});
    tell(`Saved ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
    if (dirty) changed();
    else preview();
  }

  function refused(said) {
    if (said.problems) wrong(Object.fromEntries(said.problems.map((each) => [each.field, each.text])));
    tell(`Not saved: ${said.problem}`, true);
    isStopped = Boolean(said.is_clash);
    if (isStopped) status.insertAdjacentHTML("beforeend", ' <button class="plain">Look at both versions</button>');
  }

  // What an earlier visit has left here, as far as it is neither stored nor in a field.
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(place())); } catch { /* Nothing that this script has kept. */ }
  const isLost = ([name, value]) => [JSON.parse(kept.base), values()].every((each) => value.trim() !== (each[name] ?? "").trim());
  if (kept && Object.entries(kept.values).some(isLost)) {
    const offer = document.getElementById("kept");
    offer.hidden = false;
    offer.querySelector("[data-kept=at]").textContent = new Date(kept.at).toLocaleString();
    offer.addEventListener("click", ({ target: { dataset } }) => {
      if (!dataset.kept || dataset.kept === "at") return;
      offer.hidden = true;
      if (dataset.kept === "drop") return localStorage.removeItem(place());
      for (const [name, value] of Object.entries({ ...kept.values, base: kept.base, sent: kept.sent })) put(name, value);
      changed();
    });
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (saving || button?.dataset.step === "preview") event.preventDefault();
    if (button?.dataset.step === "preview") document.getElementById("out").scrollIntoView();
    else if (saving) saving.then(() => form.requestSubmit(button));
    else isLeaving = true;
  });
  addEventListener("beforeunload", (event) => { if (dirty && !isLeaving) event.preventDefault(); });
  form.closest(".desk").classList.add("live");
  if (dirty) changed();
}
