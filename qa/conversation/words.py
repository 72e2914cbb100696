"""Words by which a question leans on what was said before, folded, in Arabic and English."""

LEADS_EN = frozenset("and so but then also or ok okay well now".split())
LEADS_AR = frozenset("طيب حسنا ثم اذن اذا".split())

QUESTION_EN = frozenset("who whom whose what when where which why how".split())
AUXILIARIES_EN = frozenset(
    "did do does is are was were will would has have had can could should may might must isn't wasn't didn't doesn't".split()
)
PREPOSITIONS_EN = frozenset("in on at by for from to with about of during after before since until against under".split())
# What stands before a name, and what can begin a clause between a name and a pronoun.
CLAUSE_EN = frozenset("that when while after before because if who which where since although until and or to".split())
QUESTION_AR = frozenset(
    "من ما ماذا متي اين كيف كم هل لماذا اي ايه لمن لاي باي بماذا بكم بمن ممن عمن لم مم بم ليش فيم الام ماهو ماهي".split()
)
ADVERBIAL_AR = frozenset("متي اين كيف لماذا ليش هل بماذا بم من ماذا مم".split())
"""Question words that a verb follows."""
PREPOSITIONS_AR = frozenset("في عن من الي علي مع منذ حتي بين ضد خلال قبل بعد عند حول لدي".split())
RELATIVES_AR = frozenset("الذي التي الذين اللذان اللتان اللذين اللتين اللاتي اللواتي حيث عندما حين بعدما".split())

PERSONS_EN = frozenset("he she him her his hers himself herself".split())
THINGS_EN = frozenset("it its itself".split())
PLURALS_EN = frozenset("they them their theirs themselves".split())
REFLEXIVES_EN = frozenset("himself herself itself themselves".split())
SUBJECTS_EN = frozenset("he she they".split())
POSSESSIVES_EN = frozenset("his her its their hers theirs".split())
TIMES_EN = frozenset(
    "year years month months week weeks day morning evening night season summer winter century time decade".split()
)
"""`this year` leans on the calendar, not on the conversation."""

DEMONSTRATIVES_AR = frozenset("هذا هذه ذلك تلك هولاء اولئك هذان هاتان هذين".split())
TIMES_AR = frozenset("العام السنه الشهر الاسبوع اليوم الموسم الصيف الشتاء القرن الوقت العقد الليله".split())
DETACHED_AR = frozenset("هو هي هم هما هن".split())
_CARRIERS_AR = "ب ل في عن علي الي من مع لدي عند بين ضد حول بعد قبل خلال تجاه نحو دون امام خلف وراء فوق تحت وسط داخل خارج منذ حق"
_SUFFIXES_AR = "ه ها هم هما هن"
WITH_PRONOUN_AR = frozenset(
    # عن + ه as عنه, علي + ه as عليه, مع + هم as معهم, من بين + هم as بينهم
    carrier + suffix
    for carrier in _CARRIERS_AR.split()
    for suffix in _SUFFIXES_AR.split()
)
# Words that end like a pronoun and have none; those that end in ta marbuta are told by their letter where it is written.
NO_PRONOUN_AR = frozenset(
    """
    الله والله وجه مياه شبه فقه تنبيه توجيه اتجاه انتباه وجوه اشباه كره سفيه نبيه نزيه شفاه جباه مشابه تشبيه ترفيه تنويه فواكه
    واجه يواجه تواجه توجه يتوجه وجهه انجليزيه
    مها طه نها سها سهي مهم اهم وهم فهم سهم اسهم درهم ساهم متهم اتهم يتهم تتهم تفاهم يهم تهم ملهم ادهم تساهم يساهم هاجم
    دراهم ابرهه نزه تيه متي هذه ته عبدالله نصرالله جاه شاه كيه زيه منتزه متنزه تجاه ابله اله
    """.split()
)
DUAL_WITH_PRONOUN_AR = frozenset(
    "والديه يديه عينيه قدميه لاعبيه موظفيه مؤيديه مويديه منافسيه معارضيه مستشاريه مساعديه ابنيه ولديه".split()
)
TA_MARBUTA_AR = frozenset(
    """
    سنه مدينه شركه دوله حكومه وزاره منظمه جامعه قريه ولايه محافظه منطقه جزيره لجنه حركه جماعه قوه ازمه قضيه عمليه خطه مباراه
    بطوله كاس رحله فتره مده مره نسبه قيمه تكلفه كلفه كميه درجه مساحه مسافه سرعه نتيجه جائزه مائه مئه ثلاثه اربعه خمسه سته سبعه
    ثمانيه تسعه عشره واحده اول اولي ثانيه كوره كره سياره طائره سفينه مدرسه مستشفي صحيفه قناه روايه مجموعه مؤسسه موسسه هيئه هييه
    سلطه قاعده قمه معركه هدنه اتفاقيه معاهده جلسه زياره مقابله مبادره حمله ضربه غاره خسائر اسره عائله امراه فتاه سيده ملكه
    اميره رئيسه وزيره عاصمه لغه ديانه عمله ثروه صناعه زراعه تجاره سياحه
    """.split()
)

EVENTS_EN = frozenset("happen happened occur occurred begin start take place be".split())
EVENTS_AR = frozenset("حدث كان جري وقع تم حصل يحدث صار تحقق".split())
RELATIONAL = frozenset(
    """
    reason reasons result results score outcome cause causes winner details consequences toll
    السبب الاسباب النتيجه النتائج التفاصيل الحصيله الفايز الفائز السعر التكلفه العدد الرد المناسبه التاريخ المكان الاسم
    """.split()
)
"""What is always the reason, result, ... of something else."""
GENERIC = frozenset("عدد بلغ وصل مده بلغت people much many exactly happened next ايضا بالضبط".split())
"""Words that ask without saying about what."""
TITLES_EN = frozenset(
    """
    president minister king queen prince princess businessman composer singer actor actress author writer poet director coach
    player captain general colonel officer ambassador judge senator mr mrs ms dr sheikh sir pope spokesman spokeswoman
    footballer chancellor mayor governor emir sultan leader chairman philosopher scientist
    """.split()
)
