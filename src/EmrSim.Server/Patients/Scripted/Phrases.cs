using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Turns of phrase that mean something else than their words do.</summary>
internal static class Phrases
{
    private static readonly (Regex Said, string Meant)[] s_phrases =
    [
        Phrase(@"brings? (it |the pain |this |them )?on", "aggravate"),
        Phrase(@"(set|sets|kicked|kick) (it |this |that |the pain )?off", "cause"),
        Phrase(@"first (notice|noticed|start|started|begin|began|feel|felt|come|came|appear|appeared|happen|happened|aware)", "start"),
        Phrase(@"(get|gets|got|getting) out of (this|it|physio|therapy|treatment|today|coming|these)", "goal"),
        Phrase(@"(like|want|love|hope|hoping) to (be able to|get back to|return to|achieve|accomplish|get out of)( do)?", "goal"),
        Phrase(@"(give|gives|lend|lends) you a hand", "help"),
        Phrase(@"(spare|free|leisure) time|for fun", "hobby"),
        Phrase(@"(give|gives|gave|given|giving) (way|out)", "giveway"),
        Phrase(@"(get|gets|got|getting) stuck", "lock"),
        Phrase(@"how many (days|weeks|months|years)", "how long"),
        Phrase(@"(when|if) it is (really|very|at its) bad|how high", "worst"),
        Phrase(@"what do you do (for (a |your )?(living|work|job)|professionally|workwise)|what do you work as|what (is|was) your (job|occupation|profession|line of work)|what (kind|sort|type|line) of (work|job) (do you (do|have)|are you in|is it)|where do you work|do you (work|have a job)$|for a living", "jobtitle"),
        Phrase(@"how (can|may|could) (i|we) (help|be of help)( to you| you)?", "reason"),
        Phrase(@"(what|anything|something) (else )?(that )?(really )?(helps?|soothes?|eases?|relieves?)( it| the pain| you| with it| at all)?|(makes?|do|does|done) (it|the pain|this|that) (feel )?(better|easier)|to make (it|the pain) (feel )?(better|easier)", "easer"),
        Phrase(@"what (is|has been|have been|is been) going on( with (you|your \w+))?|tell me about your (back|knee|shoulder|hip|neck|ankle|elbow|problem|complaint)$", "reason"),
        Phrase(@"(what|how) does (it|that|the pain|the ache|the \w+ pain|your \w+ pain|your pain) feel( like)?", "quality"),
        Phrase(@"comes? and goes?|(there )?all (of )?the time", "constant"),
        Phrase(@"(what|which things) (cannot you|can you not|can you no longer|are you not able to|are you unable to) do( (at the moment|right now|now|currently))?( that you (would like|want) to( do)?)?", "activities difficult"),
        Phrase(@"first thing( in the morning)?", "morning"),
        Phrase(@"((anyone|anybody|someone|parents|others)( else)? in|runs? in|history in|within) (the|your) family|family (medical )?history|history of .{1,30} in (the|your) family|(your|any) (parents|relatives|siblings)( or (parents|relatives|siblings))?", "relatives"),
        Phrase(@"get around|getting around|get here", "transport"),
        Phrase(@"(getting|get|gets|got|become|becoming) (better|worse)|better or worse|worse or better|better worse or the same|(improving|improved|worsening) or", "change"),
        Phrase(@"pain ?killers?", "medication"),
        Phrase(@"short of breath|shortness of breath", "breath"),
        Phrase(@"(go|goes|going) (down|into|to|past|below) (the|your) (leg|arm|knee|foot|hand|elbow|calf)", "spread"),
        Phrase(@"(go|goes|going|travel|move|moves) anywhere( else)?", "spread"),
        Phrase(@"(through|throughout|over|across|during) (the|a|your) (course of the )?day|24 hours?|twenty four hours?", "daypattern"),
        Phrase(@"wakes? (you )?up|(get|gets|got) woken( up)?", "wake"),
        Phrase(@"low or down|(get|gets|got|getting|bring|brings) you down|feel(ing)? (low|down)", "mood"),
        Phrase(@"what happened", "mechanism"),
        Phrase(@"right now|at the moment|at present|currently|right this minute", "current"),
        Phrase(@"get along|get on with|manage with", "manage"),
        Phrase(@"at (its|the) (very )?worst", "worst"),
        Phrase(@"at (its|the) best", "best"),
    ];

    public static string Resolve(string normalised)
    {
        foreach (var (said, meant) in s_phrases) normalised = said.Replace(normalised, meant);
        return normalised;
    }

    private static (Regex, string) Phrase(string said, string meant) => (new($@"\b(?:{said})\b", RegexOptions.CultureInvariant), meant);
}
