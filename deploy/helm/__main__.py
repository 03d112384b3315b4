"""`python -m deploy.helm`: write what of the chart follows from the code; a test compares."""

from deploy.helm.generated import documents

for path, text in documents().items():
    path.write_text(text, "utf-8")
    print(path)
