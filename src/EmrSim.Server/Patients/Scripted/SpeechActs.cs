using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

internal enum Act
{
    Greeting,
    Introduction,
    Consent,
    Identity,
    Thanks,
    Closing,
    AnyQuestions,
    Empathy,
    SmallTalk,
    TeachBack,
    Explanation,
    Acknowledgement,
    Summary,
    RoleBreak,
    Advice,
    DiagnosisGuess,
    More,
    Fishing,
    Show,
    Asked,
    Examined,
    Unclear,
}

/// <summary>Recognises what a clause does rather than what it is about. Works on normalised text.</summary>
internal static partial class SpeechActs
{
    public static bool IsGreeting(string clause) => Greeting().IsMatch(clause);

    public static bool IsIntroduction(string clause) => Introduction().IsMatch(clause);

    public static bool IsConsent(string clause) => Consent().IsMatch(clause);

    public static bool IsAboutTouch(string clause) => Touch().IsMatch(clause);

    public static bool IsIdentity(string clause) => Identity().IsMatch(clause);

    public static bool IsAnyQuestions(string clause) => AnyQuestions().IsMatch(clause);

    public static bool IsReportRequest(string clause) => ReportRequest().IsMatch(clause);

    public static bool IsPositioning(string clause) => Positioning().IsMatch(clause);

    public static bool IsThanks(string clause) => Thanks().IsMatch(clause);

    public static bool IsClosing(string clause) => Closing().IsMatch(clause);

    public static bool IsEmpathy(string clause) => Empathy().IsMatch(clause);

    public static bool IsSmallTalk(string clause) => SmallTalk().IsMatch(clause);

    public static bool IsTeachBack(string clause) => TeachBack().IsMatch(clause);

    public static bool IsExplanation(string clause) => Explanation().IsMatch(clause);

    public static bool IsAcknowledgement(string clause) => Acknowledgement().IsMatch(clause);

    public static bool IsSummary(string clause) => Summary().IsMatch(clause);

    public static bool IsRoleBreak(string text) => RoleBreak().IsMatch(text);

    public static bool IsAdvice(string clause) => Advice().IsMatch(clause);

    public static bool IsDiagnosisGuess(string clause) => DiagnosisGuess().IsMatch(clause);

    public static bool IsMore(string clause) => More().IsMatch(clause);

    public static bool IsFishing(string clause) => Fishing().IsMatch(clause);

    public static bool IsExamination(string clause) => Examination().IsMatch(clause);

    public static bool IsQuestion(string clause) => Question().IsMatch(clause);

    [GeneratedRegex(@"^(hi|hello|hey|hiya|good (morning|afternoon|evening|day)|welcome|nice to meet you|pleased to meet you)\b|\bnice to meet you\b")]
    private static partial Regex Greeting();

    [GeneratedRegex(@"\b(my name is|i am called|call me|i am (a|an|the|your|one of)( \w+){0,3} (student|physio\w*|therapist|clinician|doctor|trainee|pt|practitioner|assistant)|i am (\w+ ){1,3}(and i am )?(a|an|the|your|one of the) (\w+ ){0,4}(student|physio\w*|therapist|clinician|doctor|trainee|assistant)s?|i will be (working|looking after|seeing|treating|assessing))\b")]
    private static partial Regex Introduction();

    [GeneratedRegex(@"\b((is|are|would|will) (it|that|this|you)( be)? (all right|ok|okay|alright|fine|happy|comfortable|willing)( with| if| for| to| by)?|(do|can|may|could) i have your (consent|permission)|do you (consent|agree|give)|your (consent|permission)|may i (proceed|ask|start|examine|touch|test|check|feel|press|move|look|continue|have a look|begin)|do you mind if|are you (happy|okay|ok|comfortable|fine|willing) (for|if|with|to)|can i (proceed|go ahead|examine|touch|ask you (some|a few))|(is|would) that( be)? (ok|okay|fine|alright|all right))\b|^(is that |that )?(ok|okay|all right|alright)( with you| for you)$")]
    private static partial Regex Consent();

    [GeneratedRegex(@"\b(examin\w*|touch\w*|hands|physical|feel|press|palpat\w*|test\w*|check|move|moving|movement\w*|assess\w*|bend|lift|look at|measure|undress|expose)\b")]
    private static partial Regex Touch();

    [GeneratedRegex(@"\b(date of birth|birth ?date|birthday|dob|when were you born|(confirm|check|verify|tell me|give me|have|state) your (full |first |last )?(name|identity|details)|your (full )?name and|what is your (full |first |last )?name|who (am i|are you)( speaking)?( to| with)?$|are you (mr|mrs|ms|miss) \w+)\b")]
    private static partial Regex Identity();

    [GeneratedRegex(@"\b((any|other|more|further) questions( for me)?|anything you (want|would like) to (ask|know)( me)?|what questions do you have)$|^(any|do you have (any )?)questions\b")]
    private static partial Regex AnyQuestions();

    [GeneratedRegex(@"^(please |just |and )*(tell me|let me know|say|shout)( straight away| at once)? (if|when|stop)\b")]
    private static partial Regex ReportRequest();

    [GeneratedRegex(@"\b(lie|lay|sit|stand up|get up|get on|hop (up|on to|onto)|come (up|over|and)|turn (over|around|onto)|roll over|relax|take off|remove your|undress|make yourself comfortable)\b")]
    private static partial Regex Positioning();

    [GeneratedRegex(@"^(many )?(thank you|thanks|cheers|i appreciate)\b|\bthank you (very much|so much|for)\b")]
    private static partial Regex Thanks();

    [GeneratedRegex(@"\b(good ?bye|bye|see you (next|then|soon|again|later)|take care|that is (all|everything)( for today| i need)?|we are (done|finished)|that concludes|have a (good|nice|great) (day|evening|weekend|week|one))\b")]
    private static partial Regex Closing();

    [GeneratedRegex(@"\b(i am (so |very |really )?sorry|sorry to hear|that (must|sounds|sound|has to be|is really)( \w+)? (be|have been|hard|difficult|frustrating|tough|painful|awful|annoying|exhausting|like)|must be (hard|difficult|frustrating|tough|annoying|worrying|exhausting)|i (can )?(understand|imagine|see) (how|that|why|this|it)|i hear you|take your time|you are doing (well|great)|i am here to (help|listen)|we have time|that makes sense)\b")]
    private static partial Regex Empathy();

    [GeneratedRegex(@"^(and )?(how are you( doing)?( today| this morning)?|how is it going|did you find (us|it|the way)( ok| okay| all right| easily)?|how was (your|the) (journey|trip|day|weekend|traffic)|(it is )?(nice|lovely|terrible|cold|hot|bad) weather.*|are you (comfortable|well)( there| today)?|have a seat|please (sit|take a seat)( down)?|take a seat)$")]
    private static partial Regex SmallTalk();

    [GeneratedRegex(@"\b(in your own words|(tell|explain|repeat|say|show)( it| that| this)?( to)?( me)? back|teach me back|what (will you|are you going to) do (when|at home|now)|how would you explain|just so i know i explained|summari[sz]e what we)\b")]
    private static partial Regex TeachBack();

    [GeneratedRegex(@"^(so |okay |ok |well |now |right )*(i think (that )?(your|this|it|the|we)|it (looks|seems|sounds) like|your (pain|symptoms|knee|back|shoulder|leg|problem|muscles?|nerve|tendon)\b.{0,40}\b(is|are|comes?|may|might|can|could|get)|this (is|means|suggests|may)|we (will|can|should|are going to)|the (plan|goal|idea|exercise|good news|next step)|i (recommend|suggest|advise|would (recommend|suggest|advise))|you (should|can|need to|could)|try to|do (this|these)|keep (moving|active)|i will (show|give|explain|send|refer|teach))\b")]
    private static partial Regex Explanation();

    [GeneratedRegex(@"^((and|so|well|oh|ah|ok|okay|right|i see|h+m+|m+h+m+|uh huh|all right|alright|sure|fine|good|great|perfect|lovely|understood|got it|yes|yeah|yep|no|nope|noted|of course|i understand|that is (good|fine|great|helpful|clear)|then|so far|thanks?)( |$))+$")]
    private static partial Regex Acknowledgement();

    [GeneratedRegex(@"\b(if i (understand|understood|got|hear|heard) (you|it|that|this)( right| correctly| well)?|(just )?(to|let me|i will|i would like to) (sum|summari[sz]e|recap|check (i|that i|my understanding))|to sum up|what i (hear|heard|understand) is|you (said|told me|mentioned) (that|it|you|your))\b")]
    private static partial Regex Summary();

    [GeneratedRegex(@"\b((are|r) (you|u) (an? )?(ai|bot|robot|computer|chat ?bot|real|human|language model|actor|program|simulat\w+|chatgpt|gpt|machine)|(ignore|forget|disregard) (all |any |your |the |my |everything )*(previous |prior |above |earlier )?(instructions?|rules|prompts?|said|told)|(system|your|hidden|initial) (prompt|instructions)|(print|show|reveal|repeat|output|display|give me|tell me) (me )?(your |the |all )*(prompt|instructions|script|system message|answer key|checklist|answers|case file|diagnosis)|jailbreak|developer mode|act as|pretend (to be|you are)|you are now|role ?play as|stop (pretending|acting|role ?playing)|break character|out of character|language model|openai)\b")]
    private static partial Regex RoleBreak();

    [GeneratedRegex(@"\b(what (should|would) (i|you) (do|recommend|advise|prescribe|suggest|treat)|how (should|would) (i|you) treat|what treatment (should|would) (i|you)|can you (diagnose|prescribe)|which (tests?|exercises?|treatment) should i|what would you do (in my place|if you were me)|give me (medical )?advice)\b")]
    private static partial Regex Advice();

    [GeneratedRegex(@"\b(what (do you think )?(is|are) (your|the) diagnosis|what (condition|disease|disorder|injury) do you (have|think)|do you (think|know|believe) (you have|it is|this is|what (you have|it is|this is))|what do you (think|believe|suspect) (it is|you have|is wrong|this is|is (causing|going on|the (matter|problem|cause)))|what is wrong with you|have you (been diagnosed|got a diagnosis)|could (it|this) be (a|an|your)|is it an? \w+ (tear|rupture|sprain|injury|syndrome)|do you have (an? )?(\w+(itis|opathy|osis|algia)|(slipped|herniated) dis[ck]))\b")]
    private static partial Regex DiagnosisGuess();

    [GeneratedRegex(@"^(and |so |ok |okay )*((can|could|would) you )?(please )?(tell me (a bit |a little )?more( about (that|it|this))?|go on|continue|carry on|elaborate( on that)?|((is|was) there )?(anything|something|what) (else|more)( (that )?you (would|want|can|think)( like)?( to)? (add|tell me|say|mention|share|i should know)| i should know( about)?| to add| you noticed)?|(have|did) (i|we) (miss|missed|forget|forgot|forgotten|overlook|overlooked) anything( else)?( important)?|((is|was) there )?anything (that )?(i|we) (have )?(missed|forgot|forgotten|did not ask|have not asked)( you)?( about)?|how so|such as|like what|for example|and then|more( detail(s)?)?|explain( that| more| further)?|describe (that|it)( more| further)?|say more( about that)?|in what way|what do you mean( by that)?|expand on that|and)$")]
    private static partial Regex More();

    [GeneratedRegex(@"\b(what (did|do|does|are|is|were) (the |your |my )?(\w+ )?(test|tests|exam|examination|findings|results?|range of motion|strength|reflexes)( show| say| results?)?|is (the|this|that|your) \w+( \w+)? test (positive|negative)|(positive|negative) (test|sign|finding))\b")]
    private static partial Regex Fishing();

    [GeneratedRegex(@"^(so |ok |okay |right |now |next |and |then |first |please )*((i (will|am going to|would like to|want to|need to|shall|am just going to|am now going to)|let me|let us|may i|can i|could i|is it (ok|okay|all right|alright|fine) if i|(would|do) you mind if i|(are|would) you (be )?(ok|okay|happy|comfortable|fine|all right) (if i|with me|for me to)|i am)\b.{0,60}\b(examin\w*|test\w*|check\w*|feel\w*|palpat\w*|press\w*|touch\w*|mov\w+|bend\w*|lift\w*|look\w*|measur\w*|assess\w*|tap\w*|squeez\w*|push\w*|pull\w*|perform\w*|do\w*|rais\w+|turn\w*|rotat\w+|stretch\w*|screen\w*|inspect\w*|observ\w*|try)|(\w+ ){1,4}(test|sign|manoeuvre|maneuver)$|(can|could|would|will) (you|we) (please |just |now |try to |both )*(bend|lift|raise|stand|walk|lie|turn|push|pull|press|squeeze|squat|hop|jump|step|roll|touch|reach|hold|resist|straighten|flex|extend|rotate|lean|do|perform|kick|balance|relax|put|place|move|get up|get on|come up|sit up|rise|go up on)|(please )?(do (a|the|some|another|one|ten|five|this|that)|bend|lift|raise|stand|walk|lie|turn|push|pull|press|squeeze|squat|hop|jump|step|roll|reach|hold|resist|straighten|flex|extend|rotate|lean|kick|slump|slouch|relax|rise|put your|place your|lay|get up|sit (and|on the|up)))\b")]
    private static partial Regex Examination();

    [GeneratedRegex(@"^(and |so |ok |okay |but |then )*(do|does|did|have|has|had|are|is|was|were|any|how|when|where|why|what|which|who|since)\b|\b(do you|have you|did you|are you|does it|is it|has it)\b")]
    private static partial Regex Question();
}
