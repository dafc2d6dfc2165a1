"""The words of `words`, by language."""

from __future__ import annotations

_FR = {
    "+": "plus", "−": "moins", "-": "moins", "×": "fois", "⋅": "fois", "÷": "divisé par", "/": "sur", "=": "égale",
    "≠": "différent de", "<": "plus petit que", ">": "plus grand que", "≤": "plus petit ou égal à",
    "⩽": "plus petit ou égal à", "≥": "plus grand ou égal à", "⩾": "plus grand ou égal à", "≈": "environ égal à",
    "±": "plus ou moins", "∈": "appartient à", "∉": "n’appartient pas à", "⊂": "inclus dans", "∪": "union",
    "∩": "inter", "∅": "ensemble vide", "∞": "infini", "→": "tend vers", "↦": "donne", "⇒": "implique",
    "⟹": "implique", "⇔": "équivaut à", "⟺": "équivaut à", "∀": "pour tout", "∃": "il existe", "∑": "somme",
    "∏": "produit", "∫": "intégrale", "√": "racine", "∂": "d rond", "∇": "nabla", "⊥": "perpendiculaire à",
    "⟂": "perpendiculaire à", "//": "parallèle à",
    "∁": "complémentaire de", "△": "triangle",
    "∥": "parallèle à", "°": "degrés", "∘": "rond", "%": "pour cent", "′": "prime", "…": "et ainsi de suite",
    "⋯": "et ainsi de suite", "(": "parenthèse ouvrante", ")": "parenthèse fermante", "[": "crochet ouvert à droite",
    "]": "crochet ouvert à gauche", "{": "accolade", "}": "fin d’accolade", "|": "barre", "‖": "double barre",
    "ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "𝔻": "D", "α": "alpha", "β": "bêta", "γ": "gamma",
    "δ": "delta", "Δ": "delta majuscule", "ε": "epsilon", "ϵ": "epsilon", "θ": "thêta", "λ": "lambda", "μ": "mu",
    "π": "pi", "ρ": "rhô", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "ω": "oméga", "Ω": "oméga majuscule",
    "ln": "logarithme népérien de", "cos": "cosinus", "sin": "sinus", "tan": "tangente", "lim": "limite",
    "exp": "exponentielle", "↗": "croît vers", "↘": "décroît vers", "\u2061": "", "\u2062": "", "\u2063": "",
    "≡": "congru à", "∧": "et", "∨": "ou", "¬": "non", "∣": "divise", "∖": "privé de", "ȷ": "j", "ı": "i",
}  # fmt: skip
_EN = {
    "+": "plus", "−": "minus", "-": "minus", "×": "times", "⋅": "times", "÷": "divided by", "/": "over",
    "=": "equals", "≠": "is not equal to", "<": "is less than", ">": "is greater than",
    "≤": "is less than or equal to", "⩽": "is less than or equal to", "≥": "is greater than or equal to",
    "⩾": "is greater than or equal to", "≈": "is about", "±": "plus or minus", "∈": "belongs to",
    "∉": "does not belong to", "⊂": "is a subset of", "∪": "union", "∩": "intersection", "∅": "the empty set",
    "∞": "infinity", "→": "tends to", "↦": "maps to", "⇒": "implies", "⟹": "implies", "⇔": "is equivalent to",
    "⟺": "is equivalent to", "∀": "for all", "∃": "there exists", "∑": "sum", "∏": "product", "∫": "integral",
    "∂": "partial", "∇": "nabla", "⊥": "perpendicular to", "⟂": "perpendicular to",
    "//": "parallel to", "∁": "complement of", "△": "triangle", "∥": "parallel to", "°": "degrees", "∘": "of",
    "%": "percent", "′": "prime", "…": "and so on", "⋯": "and so on", "(": "open parenthesis",
    ")": "close parenthesis", "[": "left bracket", "]": "right bracket", "{": "open brace", "}": "close brace",
    "|": "bar", "‖": "double bar", "ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "Δ": "capital delta", "ε": "epsilon", "ϵ": "epsilon", "θ": "theta", "λ": "lambda",
    "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "ω": "omega",
    "Ω": "capital omega", "ln": "natural log of", "cos": "cosine", "sin": "sine", "tan": "tangent", "lim": "limit",
    "exp": "exponential", "↗": "increases to", "↘": "decreases to", "\u2061": "", "\u2062": "", "\u2063": "",
    "≡": "is congruent to", "∧": "and", "∨": "or", "¬": "not", "∣": "divides", "∖": "minus", "ȷ": "j", "ı": "i",
}  # fmt: skip
SYMBOLS = {"fr": _FR, "en": _EN}

MARKS = {
    "fr": {
        ("mover", "→"): "vecteur {}", ("mover", "ˆ"): "angle {}", ("mover", "^"): "angle {}",
        ("mover", "‾"): "{} barre", ("mover", "¯"): "{} barre", ("mover", "⏜"): "arc {}", ("mover", "⏞"): "{}",
        ("munder", "⏟"): "{}", ("mover", "~"): "{} tilde", ("mover", "˙"): "{} point", ("mover", "¨"): "{} point point",
    },
    "en": {
        ("mover", "→"): "vector {}", ("mover", "ˆ"): "{} hat", ("mover", "^"): "{} hat", ("mover", "‾"): "{} bar",
        ("mover", "¯"): "{} bar", ("mover", "⏜"): "arc {}", ("mover", "⏞"): "{}", ("munder", "⏟"): "{}",
        ("mover", "~"): "{} tilde", ("mover", "˙"): "{} dot", ("mover", "¨"): "{} double dot",
    },
}  # fmt: skip

PHRASES = {
    "fr": {
        "fraction": "fraction {0} sur {1}, fin de fraction", "binomial": "{0} parmi {1}",
        "root": "racine carrée de {0}, fin de racine", "nth_root": "racine d’indice {0} de {1}, fin de racine",
        "index": "{0} indice {1}", "square": "{0} au carré", "cube": "{0} au cube", "power": "{0} puissance {1}",
        "degrees": "degrés", "from_to": "{0} de {1} à {2}", "when": "{0} quand {1}, de",
        "under": "{0} avec dessous {1}",
        "over": "{0} avec dessus {1}", "overline": "{0} barre", "underline": "{0} souligné", "boxed": "{0}, encadré",
        "cancelled": "{0} barré", "table": "tableau : {0} ; fin de tableau",
        "matrix": "matrice : {0} ; fin de matrice", "determinant": "déterminant : {0} ; fin de déterminant",
        "system": "système : {0} ; fin du système", "interval": "l’intervalle de {0} {1} à {2} {3}",
        "included": "inclus", "excluded": "exclu",
    },
    "en": {
        "fraction": "fraction {0} over {1}, end of fraction", "binomial": "{1} choose {0}",
        "root": "square root of {0}, end of root", "nth_root": "root of order {0} of {1}, end of root",
        "index": "{0} sub {1}", "square": "{0} squared", "cube": "{0} cubed", "power": "{0} to the power {1}",
        "degrees": "degrees", "from_to": "{0} from {1} to {2}", "when": "{0} as {1}, of", "under": "{0} with below {1}",
        "over": "{0} with above {1}", "overline": "{0} bar", "underline": "{0} underlined", "boxed": "{0}, boxed",
        "cancelled": "{0} cancelled", "table": "table: {0}; end of table",
        "matrix": "matrix: {0}; end of matrix", "determinant": "determinant: {0}; end of determinant",
        "system": "system: {0}; end of system", "interval": "interval from {0}, {1}, to {2}, {3}",
        "included": "included", "excluded": "excluded",
    },
}  # fmt: skip
