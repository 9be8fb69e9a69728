// Follows the wallboard's events. Without this file the page loads itself again.

const board = document.getElementById("board");
const lost = document.getElementById("lost");
const away = document.getElementById("away");

// The server says something every few seconds; after so many of silence it is lost.
const SILENCE = 12000;
let source;
let silent;

function heard() {
  lost.hidden = true;
  clearTimeout(silent);
  silent = setTimeout(again, SILENCE);
}

// A browser gives up on some faults for good: then begin anew.
function again() {
  lost.hidden = false;
  follow();
}

function follow() {
  if (source) source.close();
  clearTimeout(silent);
  silent = setTimeout(again, SILENCE);
  source = new EventSource(board.dataset.events);
  source.addEventListener("board", (event) => {
    board.innerHTML = event.data;
    away.hidden = true;
    heard();
  });
  source.addEventListener("away", () => {
    away.hidden = false;
    heard();
  });
  source.addEventListener("error", () => { lost.hidden = false; });
}

follow();
