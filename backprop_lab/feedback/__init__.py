"""What a student gets to read about a marked submission: a verdict for every number, and a sentence that helps.

    feedback = Feedback(task, marks, "lab3.py", reveal="wrong")
    page(feedback, "html")        # or "md", "txt"
    feedback_record(feedback)     # for other programs

Every sentence stands in `templates/feedback_words.j2`.
"""

from backprop_lab.feedback.blindspots import hidden_page
from backprop_lab.feedback.pages import PAGES, Page, page, terminal_page
from backprop_lab.feedback.record import feedback_record
from backprop_lab.feedback.report import REVEALS, Feedback, Reveal

__all__ = [
    "PAGES",
    "REVEALS",
    "Feedback",
    "Page",
    "Reveal",
    "feedback_record",
    "hidden_page",
    "page",
    "terminal_page",
]
