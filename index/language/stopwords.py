"""Words that say nothing about the subject of a text or a question, folded, in both languages."""

_ENGLISH = """
    a about after again against all also am an and any are aren't as at be because been before being below between
    both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each else etc even
    ever every few for from further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers
    herself him himself his how how's however i i'd i'll i'm i've if in into is isn't it it's its itself just let's
    many may me might more most much must my myself near no nor not now of off on once one's only onto or other ought
    our ours ourselves out over own per please quite rather s same shall she she'd she'll she's should shouldn't since
    so some such t than that that's the their theirs them themselves then there there's these they they'd they'll
    they're they've this those though through thus to too under until up upon very via was wasn't we we'd we'll we're
    we've were weren't what what's whatever when when's where where's whether which while who who's whoever whom whose
    why why's will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
    yourselves according tell say says said give describe explain name called
"""
ENGLISH_STOP_WORDS = frozenset(_ENGLISH.split())

_ARABIC = """
    من الي عن علي في مع هو هي هم هن هما انا نحن انت انتم انتن هذا هذه ذلك تلك هولاء اولئك هاتان هذان ذاك الذي التي
    الذين اللذان اللتان اللذين اللتين اللاتي اللواتي اللائي ما ماذا متي اين كيف كم هل لماذا لم لن لا ليس ليست ليسوا
    لسنا لست اي ايه ايهما اذا ان انه انها انهم انهما انني اننا كان كانت كانوا كانا يكون تكون يكونوا سيكون ستكون كنت
    كنا قد لقد سوف ثم او ام بل لكن لكنه لكنها كما كذلك ايضا كل كلا كلتا بعض غير سوي حتي منذ مذ عند عندما حين حينما حيث
    بين خلال حول دون بدون ضد نحو لدي لديه لديها لديهم لدينا به بها بهم بهما بنا بي له لها لهم لهما لنا لي لك فيه فيها
    فيهم فيهما عليه عليها عليهم عليهما علينا اليه اليها اليهم الينا منه منها منهم منهما منا عنه عنها عنهم معه معها
    معهم بما مما عما فيما كلما لما لان لانه لانها لانهم بان بانه بانها بانهم كانه كانها كانهم اذ اذن الا اما انما هنا
    هناك هنالك نعم كي لكي لو لولا ذات ذو ذي ذا بعد قبل فوق تحت امام خلف وراء عبر يا ايها ايتها بماذا لمن بمن ممن عمن
    مثل مثلا اكثر يوجد توجد تم يتم وقد فقد و ف ب ل ك بم بكم لكم عليكم اليكم ماهي ماهو فهو فهي وهو وهي اذكر عرف وضح
    اشرح قال قالت يقول تقول حسب وفقا وفق المدعو يدعي يسمي تسمي سمي اسم
"""
ARABIC_STOP_WORDS = frozenset(_ARABIC.split())
