// Conveniences only: every page works without this file.

// A choice made by hand in a filter takes effect at once. Dates and choices made by keys wait for
// the button, since on the way to them others are chosen.
document.querySelectorAll("form.filters").forEach((form) => {
  let byHand = false;
  form.addEventListener("pointerdown", () => { byHand = true; });
  form.addEventListener("keydown", () => { byHand = false; });
  form.querySelectorAll("select").forEach((select) => {
    select.addEventListener("change", () => {
      if (!byHand) return;
      // "Own dates" needs dates before it means anything.
      if (select.name === "period" && select.value === "own") {
        form.querySelector("input[type=date]").focus();
        return;
      }
      form.requestSubmit();
    });
  });
  // Typing a date means own dates.
  form.querySelectorAll("input[type=date]").forEach((input) => {
    input.addEventListener("input", () => {
      form.querySelector("select[name=period]").value = "own";
    });
  });
});
