"use strict";
// Keeps the board up to date: takes each changed piece from /live/events and puts it in its place.
// Without this script the page is whole all the same, and is loaded anew every half minute.
(() => {
  const SILENT_MS = 40000; // the service says something at least every 15 seconds
  const line = document.getElementById("line");
  const rooms = document.getElementById("rooms");
  const alerts = document.getElementById("alerts");
  const hold = document.getElementById("hold");
  const held = new Map();
  let source = null;
  let silence = 0;
  let pause = 1000;
  let lostAt = null;
  let over = false;

  const clock = () => new Date().toTimeString().slice(0, 5);
  const holding = () => hold.getAttribute("aria-pressed") === "true";

  function say(state, time) {
    const words = line.dataset[state].replace("{time}", time || "");
    line.hidden = false;
    line.className = "line " + state;
    if (line.textContent !== words) line.textContent = words;
  }

  function alive() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENT_MS);
  }

  function lost() {
    if (over) return;
    if (source) source.close();
    clearTimeout(silence);
    lostAt = lostAt || clock();
    say("lost", lostAt);
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 15000);
  }

  function seeing() {
    lostAt = null;
    pause = 1000;
    if (!holding()) say("live");
  }

  // Exchange the parts that differ, and no others: whoever reads or stands in one is not disturbed.
  function fill(element, html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const parts = [...fresh.content.children].filter((one) => one.dataset.part);
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    if (!parts.length || parts.length !== element.querySelectorAll(":scope > [data-part]").length) {
      element.replaceChildren(fresh.content);
    } else {
      for (const part of parts) {
        const old = element.querySelector(`:scope > [data-part="${part.dataset.part}"]`);
        if (old.outerHTML !== part.outerHTML) old.replaceWith(part);
      }
    }
    if (focused && document.activeElement.id !== focused) {
      (document.getElementById(focused) || element).focus({ preventScroll: true });
    }
  }

  function place(element) {
    const after = [...rooms.children].find(
      (one) => one !== element && one.dataset.line > element.dataset.line);
    if (element.parentNode === rooms && element.nextElementSibling === (after || null)) return;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    rooms.insertBefore(element, after || null);
    if (focused) focused.focus({ preventScroll: true });
  }

  function room(piece) {
    let element = document.getElementById(piece.key);
    if (element && element.dataset.mark === piece.mark) return;
    if (!element) {
      element = document.createElement("article");
      element.className = "room";
      element.id = piece.key;
      element.tabIndex = -1;
    }
    element.dataset.mark = piece.mark;
    element.dataset.line = piece.line;
    fill(element, piece.html);
    place(element);
    document.getElementById("none").hidden = true;
  }

  function gone(key) {
    const element = document.getElementById(key);
    if (!element) return;
    if (element.contains(document.activeElement)) document.getElementById("main").focus();
    element.remove();
    document.getElementById("none").hidden = rooms.children.length > 0;
  }

  // New alerts are read out: at once where a child may be in danger, else when there is a pause.
  function wrong(piece) {
    if (alerts.dataset.mark === piece.mark) return;
    const known = new Set([...alerts.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert));
    alerts.dataset.mark = piece.mark;
    fill(alerts, piece.html);
    const fresh = [...alerts.querySelectorAll("[data-alert]")].filter((one) => !known.has(one.dataset.alert));
    for (const [id, danger] of [["urgent", true], ["said", false]]) {
      const those = fresh.filter((one) => one.hasAttribute("data-danger") === danger);
      if (those.length) {
        document.getElementById(id).textContent =
          those.map((one) => one.querySelector("p").textContent.trim().replace(/\s+/g, " ")).join(" ");
      }
    }
  }

  function take(piece) {
    if (piece.key === "alerts") wrong(piece);
    else if (holding()) held.set(piece.key, () => room(piece));
    else room(piece);
  }

  function connect() {
    if (over) return;
    source = new EventSource("/live/events");
    alive();
    const on = (name, act) => source.addEventListener(name, (event) => {
      alive();
      act(JSON.parse(event.data));
    });
    on("piece", take);
    on("gone", (told) => holding() ? held.set(told.key, () => gone(told.key)) : gone(told.key));
    on("seen", seeing);
    on("beat", () => {});
    on("blind", () => {
      lostAt = lostAt || clock();
      say("lost", lostAt);
    });
    on("over", () => {
      over = true;
      clearTimeout(silence);
      source.close();
      say("over");
    });
    source.onerror = lost;
  }

  window.addEventListener("offline", lost);
  hold.hidden = false;
  hold.addEventListener("click", () => {
    const on = !holding();
    hold.setAttribute("aria-pressed", String(on));
    if (on) return say("held", clock());
    for (const act of held.values()) act();
    held.clear();
    lostAt ? say("lost", lostAt) : say("live");
  });
  connect();
})();
