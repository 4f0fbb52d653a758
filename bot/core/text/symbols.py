"""Commands of TeX that stand for one character: those of LaTeX, AMS and `stmaryrd`."""


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


SYMBOLS = _pairs("""
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa
κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂
nabla ∇ ell ℓ hbar ℏ emptyset ∅ varnothing ∅ forall ∀ exists ∃ neg ¬ lnot ¬ angle ∠ sum ∑ prod ∏
int ∫ ldots … dots … cdots … vdots ⋮ cdot · circ ∘ degree ° prime ′ star ⋆ ast * dagger † langle ⟨
rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lVert ‖ rVert ‖ Vert ‖ | ‖ lvert | rvert | vert | top ⊤
bot ⊥ Re Re Im Im aleph ℵ checkmark ✓ lbrace { rbrace } backslash \\ S § colon : lbrack [ rbrack ]
pounds £ yen ¥ circledR ® eth ð imath ı jmath ȷ varsigma ς varpi ϖ digamma ϝ varkappa ϰ varrho ϱ
backprime ‵ hslash ℏ wp ℘ mho ℧ beth ℶ gimel ℷ daleth ℸ circlearrowleft ↺ circlearrowright ↻
dashleftarrow ⇠ dashrightarrow ⇢ complement ∁ nexists ∄ coprod ∐ measuredangle ∡ sphericalangle ∢
iint ∬ iiint ∭ oint ∮ therefore ∴ because ∵ bigwedge ⋀ bigvee ⋁ bigcap ⋂ bigcup ⋃ ulcorner ⌜
urcorner ⌝ llcorner ⌞ lrcorner ⌟ Diamond ◇ lozenge ◊ square □ blacksquare ■ bigstar ★ spadesuit ♠
heartsuit ♡ diamondsuit ♢ clubsuit ♣ flat ♭ natural ♮ sharp ♯ llbracket ⟦ rrbracket ⟧ lgroup ⟮
rgroup ⟯ bigodot ⨀ bigoplus ⨁ bigotimes ⨂ biguplus ⨄ bigsqcup ⨆ iiiint ⨌ Join ⨝ biginterleave ⫼
slash / bullet • ddagger ‡ ddots ⋱ lq ‘ rq ’ dotsc … dotsb … dotsm · dotsi … dotso … hdots …
copyright © texttrademark ™ textregistered ® textdegree ° euro € EUR € textendash – textemdash —
textquoteright ’ textquoteleft ‘ textquotedblleft “ textquotedblright ” textbackslash \\
textasciitilde ~ textasciicircum ˆ textbullet • guillemotleft « guillemotright » upalpha α upbeta
β Alpha Α Beta Β Epsilon Ε Zeta Ζ Eta Η Iota Ι Kappa Κ Mu Μ Nu Ν Omicron Ο omicron ο Rho Ρ Tau Τ
Chi Χ varGamma Γ varDelta Δ varTheta Θ varLambda Λ varSigma Σ varPhi Φ varPsi Ψ varOmega Ω ohm Ω
micro µ celsius ℃ percent % triangle △ blacktriangle ▲ infin ∞ Reals ℝ bigsqcap ⨅ smallint ∫ surd
√ dag † ddag ‡ qed ∎
""")
"""Letters, signs, and operators that stand before what they apply to."""

RELATIONS = _pairs("""
times × div ÷ pm ± mp ∓ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ approx ≈ equiv ≡
sim ~ simeq ≃ cong ≅ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ cap
∩ setminus ∖ to → rightarrow → gets ← leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐
Leftrightarrow ⇔ implies ⇒ iff ⇔ mapsto ↦ longrightarrow → land ∧ wedge ∧ lor ∨ vee ∨ oplus ⊕
otimes ⊗ odot ⊙ ll ≪ gg ≫ mid | parallel ∥ perp ⊥ coloneqq := triangleq ≜ prec ≺ succ ≻ vdash ⊢
models ⊨ uparrow ↑ downarrow ↓ updownarrow ↕ nwarrow ↖ nearrow ↗ searrow ↘ swarrow ↙ nleftarrow ↚
nrightarrow ↛ twoheadleftarrow ↞ twoheadrightarrow ↠ leftarrowtail ↢ rightarrowtail ↣ mapsfrom ↤
hookleftarrow ↩ hookrightarrow ↪ looparrowleft ↫ looparrowright ↬ leftrightsquigarrow ↭
nleftrightarrow ↮ Lsh ↰ Rsh ↱ curvearrowleft ↶ curvearrowright ↷ leftharpoonup ↼ leftharpoondown ↽
upharpoonright ↾ upharpoonleft ↿ rightharpoonup ⇀ rightharpoondown ⇁ downharpoonright ⇂
downharpoonleft ⇃ rightleftarrows ⇄ leftrightarrows ⇆ leftleftarrows ⇇ upuparrows ⇈
rightrightarrows ⇉ downdownarrows ⇊ leftrightharpoons ⇋ rightleftharpoons ⇌ nLeftarrow ⇍
nLeftrightarrow ⇎ nRightarrow ⇏ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕ Lleftarrow ⇚ Rrightarrow ⇛
rightsquigarrow ⇝ leftarrowtriangle ⇽ rightarrowtriangle ⇾ leftrightarrowtriangle ⇿ dotplus ∔
smallsetminus ∖ nmid ∤ nparallel ∦ backsim ∽ wr ≀ nsim ≁ eqsim ≂ ncong ≇ approxeq ≊ asymp ≍ Bumpeq
≎ bumpeq ≏ doteq ≐ Doteq ≑ fallingdotseq ≒ risingdotseq ≓ eqcirc ≖ circeq ≗ leqq ≦ geqq ≧ lneqq ≨
gneqq ≩ between ≬ nless ≮ ngtr ≯ nleq ≰ ngeq ≱ lesssim ≲ gtrsim ≳ lessgtr ≶ gtrless ≷ preccurlyeq
≼ succcurlyeq ≽ precsim ≾ succsim ≿ nprec ⊀ nsucc ⊁ nsubseteq ⊈ nsupseteq ⊉ subsetneq ⊊ supsetneq
⊋ uplus ⊎ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ sqcap ⊓ sqcup ⊔ ominus ⊖ oslash ⊘
circledcirc ⊚ circledast ⊛ circleddash ⊝ boxplus ⊞ boxminus ⊟ boxtimes ⊠ boxdot ⊡ dashv ⊣ vDash ⊨
Vdash ⊩ Vvdash ⊪ nvdash ⊬ nvDash ⊭ nVdash ⊮ nVDash ⊯ vartriangleleft ⊲ vartriangleright ⊳
trianglelefteq ⊴ trianglerighteq ⊵ multimap ⊸ intercal ⊺ veebar ⊻ barwedge ⊼ diamond ⋄
divideontimes ⋇ bowtie ⋈ ltimes ⋉ rtimes ⋊ leftthreetimes ⋋ rightthreetimes ⋌ backsimeq ⋍ curlyvee
⋎ curlywedge ⋏ Subset ⋐ Supset ⋑ Cap ⋒ Cup ⋓ pitchfork ⋔ lessdot ⋖ gtrdot ⋗ lll ⋘ ggg ⋙ lesseqgtr
⋚ gtreqless ⋛ curlyeqprec ⋞ curlyeqsucc ⋟ npreceq ⋠ nsucceq ⋡ lnsim ⋦ gnsim ⋧ precnsim ⋨ succnsim
⋩ ntriangleleft ⋪ ntriangleright ⋫ ntrianglelefteq ⋬ ntrianglerighteq ⋭ frown ⌢ smile ⌣
bigtriangleup △ rhd ▷ bigtriangledown ▽ lhd ◁ longleftarrow ← longleftrightarrow ↔ Longleftarrow ⇐
Longrightarrow ⇒ Longleftrightarrow ⇔ longmapsfrom ⟻ longmapsto ↦ Longmapsfrom ⟽ Longmapsto ⟾
Mapsfrom ⤆ Mapsto ⤇ blacklozenge ⧫ amalg ⨿ doublebarwedge ⩞ lessapprox ⪅ gtrapprox ⪆ lneq ⪇ gneq ⪈
lnapprox ⪉ gnapprox ⪊ lesseqqgtr ⪋ gtreqqless ⪌ eqslantless ⪕ eqslantgtr ⪖ preceq ⪯ succeq ⪰
precapprox ⪷ succapprox ⪸ precnapprox ⪹ succnapprox ⪺ subseteqq ⫅ supseteqq ⫆ subsetneqq ⫋
supsetneqq ⫌ interleave ⫴ sslash ⫽ owns ∋ coloneq := eqqcolon =: colonequals := defeq := leadsto ⇝
impliedby ⇐ thickapprox ≈ thicksim ~ varpropto ∝ nsubset ⊄ nsupset ⊅ nequiv ≢ napprox ≉ shortmid |
shortparallel ∥ upharpoon ↾ restriction ↾ indep ⫫ independent ⫫ xor ⊻ triangleleft ◁ triangleright
▷ unlhd ⊴ unrhd ⊵ blacktriangleright ▶ blacktriangleleft ◀ bigcirc ○ doublecup ⋓ doublecap ⋒
""")
"""Relations, arrows and operators between two things; space stands around them."""

FUNCTIONS = _words("""
arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim div exp gcd grad hom
inf injlim ker lcm lg lim liminf limsup ln log max min mod Pr projlim rank sec sgn sign sin sinh
sup supp tan tanh tr Tr Var Cov
""")
"""Commands that are written as their own name."""

BLACKBOARD = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZk1",
        "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ𝕜𝟙",
        strict=True,
    )
)
"""Letters with a double stroke, as sets of numbers have them."""

ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "dddot": "\u20db",
    "acute": "\u0301",
    "grave": "\u0300",
    "breve": "\u0306",
    "check": "\u030c",
    "widecheck": "\u030c",
    "mathring": "\u030a",
    "underline": "\u0332",
    "underbar": "\u0332",
}
"""Commands for the signs above or below a letter in a formula, each as what combines with it."""

TEXT_ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "r": "\u030a",
    "c": "\u0327",
    "k": "\u0328",
    "d": "\u0323",
    "b": "\u0331",
}
"""The same in words: `\\'e`, `\\v{c}`."""

TEXT_LETTERS = _pairs("""
o ø O Ø l ł L Ł ss ß SS ẞ ae æ AE Æ oe œ OE Œ aa å AA Å i ı j ȷ dh ð DH Ð dj đ DJ Đ th þ TH Þ
ng ŋ NG Ŋ
""")
"""Letters beyond ASCII, in words: `\\o`, `\\ss`. In a formula these names are often others'."""
