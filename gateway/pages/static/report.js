// A period that is chosen takes the place of days that were typed.

const days = ["from", "to"].map((id) => document.getElementById(id));
document.getElementById("period").addEventListener("change", () => days.forEach((day) => { day.value = ""; }));
