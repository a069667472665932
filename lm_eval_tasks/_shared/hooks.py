"""Names the functions of medlong.exam.tasks beside the task files: lm_eval 0.4.11 resolves no other kind of path."""

from medlong.exam.tasks import doc_to_text, lenient, letters, load, options, process_results, strict

__all__ = ["doc_to_text", "lenient", "letters", "load", "options", "process_results", "strict"]
