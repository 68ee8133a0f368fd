import sys

found = []
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] in ("backprop_lab", "msgspec", "sqlite3", "click", "jinja2", "sympy"):
        found.append(name)
    for key in list(vars(module)) if hasattr(module, "__dict__") else ():
        if key in ("load_task", "mark_program", "Verdict", "MISCONCEPTIONS", "GradeBook"):
            found.append(f"{name}.{key}")
if found:
    raise SystemExit(f"found {found[:5]}")
