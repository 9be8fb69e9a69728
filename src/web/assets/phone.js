// The telephone of the page: sends keys, plays what the line plays, writes what is said.
"use strict";

const $ = (id) => document.getElementById(id);
const state = $("state");
const clock = $("clock");
const dialled = $("dialled");
const callButton = $("call");
const hangupButton = $("hangup");
const speakButton = $("speak");
const said = $("said");
const behind = $("behind");
const sound = $("sound");
const form = $("choices");
const after = $("after");

const texts = JSON.parse($("texts").textContent);

/** A text with values in its places. */
function filled(name, values) {
  return texts[name].replace(/\{(\w+)\}/g, (whole, place) => values[place] ?? whole);
}

let call = null; // { id, events, began, ticking }
let tones = null; // the page's own tone generator, made at the first touch

// ---- sounds ----------------------------------------------------------------------------------

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const PAD = ["123", "456", "789", "*0#"];

function tone(frequencies, seconds) {
  try {
    tones = tones || new AudioContext();
    const volume = tones.createGain();
    volume.gain.value = 0.06;
    volume.connect(tones.destination);
    for (const frequency of frequencies) {
      const source = tones.createOscillator();
      source.frequency.value = frequency;
      source.connect(volume);
      source.start();
      source.stop(tones.currentTime + seconds);
    }
  } catch {
    // a browser without sound still has a phone
  }
}

function keyTone(key) {
  const row = PAD.findIndex((keys) => keys.includes(key));
  tone([ROWS[row], COLUMNS[PAD[row].indexOf(key)]], 0.14);
}

function silence() {
  sound.pause();
  sound.removeAttribute("src");
  if (window.speechSynthesis) speechSynthesis.cancel();
}

function play(event) {
  silence();
  if (!event.url) {
    tone([1000], event.millis / 1000);
    return;
  }
  const place = new URL(event.url, location.href);
  // The documents name the public address; the page may have been opened under another.
  sound.src = place.pathname + place.search;
  sound.play().catch(() => { });
}

function speak(event) {
  silence();
  if (!window.speechSynthesis) return;
  const voice = new SpeechSynthesisUtterance(event.text);
  const lang = (event.lang || "").toLowerCase();
  if (lang) voice.lang = lang;
  // A voice of another language would read letters, or nothing: the words are on the page.
  const voices = speechSynthesis.getVoices();
  const known = voices.some((v) => v.lang.toLowerCase().split(/[-_]/)[0] === lang.split("-")[0]);
  if (lang && voices.length && !known) return;
  speechSynthesis.speak(voice);
}

// ---- what is written -------------------------------------------------------------------------

function time(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function write(event, kind, text) {
  $("empty").hidden = true;
  const line = document.createElement("li");
  const at = document.createElement("time");
  at.textContent = time(event.at_ms);
  const what = document.createElement("span");
  what.className = kind;
  what.textContent = text;
  // What is read aloud here is read in the language it is written in.
  if (kind === "words" && event.lang) what.lang = event.lang;
  line.append(at, what);
  said.append(line);
  said.scrollTop = said.scrollHeight;
}

function show(title, text) {
  const head = document.createElement("p");
  head.textContent = title;
  behind.append(head);
  if (text !== undefined) {
    const body = document.createElement("pre");
    body.append(...coloured(text));
    behind.append(body);
  }
  behind.scrollTop = behind.scrollHeight;
}

/** One element a line, so that a document of one line can be read. */
function pretty(xml) {
  let depth = 0;
  return xml.replace(/>\s*</g, ">\n<").split("\n").map((line) => {
    if (/^<\//.test(line)) depth -= 1;
    const out = "  ".repeat(Math.max(depth, 0)) + line;
    if (/^<[^/!?]/.test(line) && !/\/>$/.test(line) && !/<\//.test(line)) depth += 1;
    return out;
  }).join("\n");
}

/** The same text with its elements and values marked, and its long tokens folded. */
function coloured(xml) {
  return xml.split(/(<[^>]+>)/).flatMap((part) => {
    if (!part.startsWith("<")) return folded(part);
    return part.split(/("[^"]*")/).map((piece) => {
      const mark = document.createElement("span");
      mark.className = piece.startsWith('"') ? "value" : "tag";
      mark.append(...folded(piece));
      return mark;
    });
  });
}

function folded(text) {
  return text.split(/(?<=[?&;]t=)([\w-]{20,})/).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const token = document.createElement("span");
    token.className = "token";
    token.title = piece;
    token.textContent = piece;
    return token;
  });
}

const happened = {
  request(e) {
    const place = new URL(e.url, location.href);
    const params = e.params.map(([name, value]) => `${name}=${value}`).join("  ");
    show(`${time(e.at_ms)}  ${e.method} ${place.pathname}  ${params}`);
  },
  document(e) { show(`${time(e.at_ms)}  ${filled("answered", { n: e.took_ms })}`, pretty(e.xml)); },
  say(e) { status(texts.speaking); speak(e); write(e, "words", e.text); },
  play(e) {
    status(texts.speaking);
    play(e);
    if (e.url) write(e, e.words ? "words" : "quiet", e.words || filled("sound", { name: e.name }));
  },
  cut() { silence(); },
  pause() { },
  listening() { status(texts.waiting); },
  key(e) { dialled.textContent += e.key; write(e, "pressed", e.key); recordOver(); },
  silence(e) { write(e, "quiet", texts.silence); },
  recording(e) {
    status(texts.recording);
    write(e, "quiet", texts.recording);
    speakButton.hidden = false;
    $("recording-hint").hidden = false;
    $("hint").hidden = true;
  },
  recorded(e) { recordOver(); write(e, "quiet", filled("recorded", { n: (e.millis / 1000).toFixed(1) })); },
  hangup(e) { silence(); status(texts[e.by] || texts.over); write(e, "quiet", texts[e.by] || texts.over); },
  fault(e) { write(e, "fault", e.message); },
};

function status(text) { state.textContent = text; }

function recordOver() {
  speakButton.hidden = true;
  $("recording-hint").hidden = true;
  $("hint").hidden = false;
  speakButton.setAttribute("aria-pressed", "false");
  speakButton.textContent = texts.speak;
}

// ---- the line --------------------------------------------------------------------------------

async function send(path, body) {
  return fetch(`phone/calls${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function fields(disabled) {
  document.body.classList.toggle("calling", disabled);
  for (const field of form.elements) field.disabled = disabled;
}

async function begin() {
  if (call) return;
  call = { id: null };
  const wish = Object.fromEntries(new FormData(form));
  callButton.disabled = true;
  fields(true);
  said.replaceChildren();
  behind.replaceChildren();
  dialled.textContent = "";
  after.hidden = true;
  after.firstElementChild.href = wish.agent ? `agents/${encodeURIComponent(wish.agent)}` : "unlinked";
  if (form.contains(document.activeElement)) document.activeElement.blur();
  status(texts.calling);
  let answer;
  try {
    answer = await send("", wish);
  } catch {
    return over(texts.away);
  }
  if (!answer.ok) {
    const fault = await answer.json().catch(() => ({}));
    return over(fault.message || filled("refused", { n: answer.status }));
  }
  call.id = (await answer.json()).id;
  call.began = performance.now();
  call.ticking = setInterval(() => { clock.textContent = time(performance.now() - call.began); }, 250);
  hangupButton.disabled = false;
  call.events = new EventSource(`phone/calls/${call.id}/events`);
  call.events.onmessage = (message) => {
    const event = JSON.parse(message.data);
    const handle = happened[event.type];
    if (handle) handle(event);
  };
  call.events.addEventListener("end", () => over());
  call.events.onerror = () => {
    if (call && call.events.readyState === EventSource.CLOSED) over(texts.broke);
  };
}

function over(text) {
  if (!call) return;
  if (call.events) call.events.close();
  clearInterval(call.ticking);
  call = null;
  silence();
  recordOver();
  fields(false);
  callButton.disabled = false;
  hangupButton.disabled = true;
  after.hidden = said.children.length === 0;
  if (text) status(text);
}

function press(key) {
  keyTone(key);
  const button = [...document.querySelectorAll(".key")].find((b) => b.dataset.key === key);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 140);
  if (call && call.id) send(`/${call.id}/keys`, { key }).catch(() => { });
}

function hangUp() {
  if (call && call.id) send(`/${call.id}/hangup`, {}).catch(() => over(texts.away));
}

$("keypad").addEventListener("click", (event) => {
  const button = event.target.closest(".key");
  if (button) press(button.dataset.key);
});
callButton.addEventListener("click", begin);
hangupButton.addEventListener("click", hangUp);
speakButton.addEventListener("click", () => {
  if (!call || !call.id) return;
  const speaking = speakButton.getAttribute("aria-pressed") !== "true";
  speakButton.setAttribute("aria-pressed", String(speaking));
  speakButton.textContent = speaking ? texts.stop : texts.speak;
  send(`/${call.id}/record`, { speaking }).catch(() => { });
});
// A small screen has room for one thing at a time.
if (matchMedia("(max-width: 48rem)").matches) $("xml").open = false;
form.addEventListener("submit", (event) => event.preventDefault());

// What keeps Enter for itself: Enter calls as long as there is no call, also from a key of the keypad; in a call it presses that.
const IN_CALL = "button, a, summary, select";
const WITHOUT_CALL = "button:not(.key), a, summary, select";
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const inField = event.target.closest("input, select, textarea");
  if (event.key === "Escape") {
    hangUp();
  } else if (event.key === "Enter" && !event.target.closest(call ? IN_CALL : WITHOUT_CALL)) {
    event.preventDefault();
    begin();
  } else if (!inField && /^[0-9*#]$/.test(event.key)) {
    event.preventDefault();
    press(event.key);
  }
});
window.addEventListener("pagehide", () => {
  if (call && call.id) navigator.sendBeacon(`phone/calls/${call.id}/hangup`);
});
