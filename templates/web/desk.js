// What the desk's pages do more comfortably with a script; all of it works without, by forms.
"use strict";

// Ctrl-K, or Cmd-K, goes to the field that goes anywhere.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const field = document.getElementById("find");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
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
