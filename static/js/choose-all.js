// One box chooses all those of its form that bear the name it holds.
document.querySelectorAll("[data-choose-all]").forEach((all) => {
  const boxes = [...all.form.elements].filter((box) => box.name === all.dataset.chooseAll);
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.closest("label").hidden = false;
  all.closest("th").querySelector("[data-choose-one]").hidden = true;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  boxes.forEach((box) => box.addEventListener("change", show));
  show();
});
