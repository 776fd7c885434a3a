"""Mends trees where parsers waver and the words leave no doubt: each rule knows one shape that no sentence has.

A relation or a head is changed in place, never the root of a sentence.
"""

from __future__ import annotations

from pipeline.claims import repairs_of_clauses as clauses
from pipeline.claims import repairs_of_complements as complements
from pipeline.claims import repairs_of_words as words
from pipeline.claims.tree import Tree


def mend(tree: Tree) -> None:
    """Apply every rule to every token, in the order below; roots may have their tag mended, and nothing else."""
    for i in range(len(tree.deps)):
        words.past_verb(tree, i)
    for rule in (
        words.read_through_bracket,
        words.plain_words,
        words.free_addressee,
        words.free_mark,
        words.lower_preposition,
        words.name_report,
        complements.open_complement,
        complements.hang_question,
        complements.hang_that,
        clauses.hang_according,
        words.give_subject,
        words.join_halves,
        words.tense_verb,
        words.forward_subject,
        complements.part_subjects,
        words.sort_subjects,
        complements.join_predicate,
        clauses.lower_participle,
        clauses.hang_contact,
        complements.hang_infinitive,
        complements.raise_contrast,
        clauses.hang_relative,
        clauses.free_adverbial,
        clauses.free_joined,
        complements.fill_noun,
        complements.hang_on_danger,
        complements.part_at_mark,
        clauses.hang_near,
        clauses.hang_beyond_joint,
        words.turn_report,
        complements.set_in_opinion,
        complements.join_clause,
        complements.lower_if,
        clauses.lower_condition,
        clauses.lower_means,
        clauses.lower_adverb,
        clauses.lower_phrase,
        words.free_subject,
        clauses.keep_to_its_side,
        clauses.complete_comparison,
        clauses.part_at_dash,
        words.rejoin_name,
        words.raise_subject,
        words.give_free_relative,
    ):
        for i in range(len(tree.deps)):
            if tree.heads[i] != i:
                rule(tree, i)
