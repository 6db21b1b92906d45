using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Turns of phrase that mean something else than their words do.</summary>
internal static partial class Phrases
{
    private static readonly (Regex Said, string Meant)[] s_phrases =
    [
        (BringsOn, "aggravate"),
        (SetsOff, "cause"),
        (FirstNoticed, "start"),
        (GetsOutOfTreatment, "goal"),
        (LikesTo, "goal"),
        (LendsAHand, "help"),
        (SpareTime, "hobby"),
        (GivesWay, "giveway"),
        (GetsStuck, "lock"),
        (HowMany, "how long"),
        (AtItsWorst, "worst"),
        (Living, "jobtitle"),
        (HowToHelp, "reason"),
        (WhatHelps, "easer"),
        (WhatIsGoingOn, "reason"),
        (WhatIsItLike, "quality"),
        (ComesAndGoes, "constant"),
        (WhatCannotBeDone, "activities difficult"),
        (FirstThing, "morning"),
        (InTheFamily, "relatives"),
        (GetsAround, "transport"),
        (BetterOrWorse, "change"),
        (PainKillers, "medication"),
        (ShortOfBreath, "breath"),
        (DownTheLeg, "spread"),
        (GoesAnywhere, "spread"),
        (ThroughTheDay, "daypattern"),
        (WakesUp, "wake"),
        (FeelsLow, "mood"),
        (WhatHappened, "mechanism"),
        (RightNow, "current"),
        (GetsAlong, "manage"),
        (Worst, "worst"),
        (Best, "best"),
    ];

    public static string Resolve(string normalised)
    {
        foreach (var (said, meant) in s_phrases) normalised = said.Replace(normalised, meant);
        return normalised;
    }

    [GeneratedRegex(@"\b(?:brings? (it |the pain |this |them )?on)\b", RegexOptions.CultureInvariant)]
    private static partial Regex BringsOn { get; }

    [GeneratedRegex(@"\b(?:(set|sets|kicked|kick) (it |this |that |the pain )?off)\b", RegexOptions.CultureInvariant)]
    private static partial Regex SetsOff { get; }

    [GeneratedRegex(@"\b(?:first (notice|noticed|start|started|begin|began|feel|felt|come|came|appear|appeared|happen|happened|aware))\b", RegexOptions.CultureInvariant)]
    private static partial Regex FirstNoticed { get; }

    [GeneratedRegex(@"\b(?:(get|gets|got|getting) out of (this|it|physio|therapy|treatment|today|coming|these))\b", RegexOptions.CultureInvariant)]
    private static partial Regex GetsOutOfTreatment { get; }

    [GeneratedRegex(@"\b(?:(like|want|love|hope|hoping) to (be able to|get back to|return to|achieve|accomplish|get out of)( do)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex LikesTo { get; }

    [GeneratedRegex(@"\b(?:(give|gives|lend|lends) you a hand)\b", RegexOptions.CultureInvariant)]
    private static partial Regex LendsAHand { get; }

    [GeneratedRegex(@"\b(?:(spare|free|leisure) time|for fun)\b", RegexOptions.CultureInvariant)]
    private static partial Regex SpareTime { get; }

    [GeneratedRegex(@"\b(?:(give|gives|gave|given|giving) (way|out))\b", RegexOptions.CultureInvariant)]
    private static partial Regex GivesWay { get; }

    [GeneratedRegex(@"\b(?:(get|gets|got|getting) stuck)\b", RegexOptions.CultureInvariant)]
    private static partial Regex GetsStuck { get; }

    [GeneratedRegex(@"\b(?:how many (days|weeks|months|years))\b", RegexOptions.CultureInvariant)]
    private static partial Regex HowMany { get; }

    [GeneratedRegex(@"\b(?:(when|if) it is (really|very|at its) bad|how high)\b", RegexOptions.CultureInvariant)]
    private static partial Regex AtItsWorst { get; }

    [GeneratedRegex(@"\b(?:what do you do (for (a |your )?(living|work|job)|professionally|workwise)|what do you work as|what (is|was) your (job|occupation|profession|line of work)|what (kind|sort|type|line) of (work|job) (do you (do|have)|are you in|is it)|where do you work|do you (work|have a job)$|for a living)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Living { get; }

    [GeneratedRegex(@"\b(?:how (can|may|could) (i|we) (help|be of help)( to you| you)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex HowToHelp { get; }

    [GeneratedRegex(@"\b(?:(what|anything|something) (else )?(that )?(really )?(helps?|soothes?|eases?|relieves?)( it| the pain| you| with it| at all)?|(makes?|do|does|done) (it|the pain|this|that) (feel )?(better|easier)|to make (it|the pain) (feel )?(better|easier))\b", RegexOptions.CultureInvariant)]
    private static partial Regex WhatHelps { get; }

    [GeneratedRegex(@"\b(?:what (is|has been|have been|is been) going on( with (you|your \w+))?|tell me about your (back|knee|shoulder|hip|neck|ankle|elbow|problem|complaint)$)\b", RegexOptions.CultureInvariant)]
    private static partial Regex WhatIsGoingOn { get; }

    [GeneratedRegex(@"\b(?:(what|how) does (it|that|the pain|the ache|the \w+ pain|your \w+ pain|your pain) feel( like)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex WhatIsItLike { get; }

    [GeneratedRegex(@"\b(?:comes? and goes?|(there )?all (of )?the time)\b", RegexOptions.CultureInvariant)]
    private static partial Regex ComesAndGoes { get; }

    [GeneratedRegex(@"\b(?:(what|which things) (cannot you|can you not|can you no longer|are you not able to|are you unable to) do( (at the moment|right now|now|currently))?( that you (would like|want) to( do)?)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex WhatCannotBeDone { get; }

    [GeneratedRegex(@"\b(?:first thing( in the morning)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex FirstThing { get; }

    [GeneratedRegex(@"\b(?:((anyone|anybody|someone|parents|others)( else)? in|runs? in|history in|within) (the|your) family|family (medical )?history|history of .{1,30} in (the|your) family|(your|any) (parents|relatives|siblings)( or (parents|relatives|siblings))?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex InTheFamily { get; }

    [GeneratedRegex(@"\b(?:get around|getting around|get here)\b", RegexOptions.CultureInvariant)]
    private static partial Regex GetsAround { get; }

    [GeneratedRegex(@"\b(?:(getting|get|gets|got|become|becoming) (better|worse)|better or worse|worse or better|better worse or the same|(improving|improved|worsening) or)\b", RegexOptions.CultureInvariant)]
    private static partial Regex BetterOrWorse { get; }

    [GeneratedRegex(@"\b(?:pain ?killers?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex PainKillers { get; }

    [GeneratedRegex(@"\b(?:short of breath|shortness of breath)\b", RegexOptions.CultureInvariant)]
    private static partial Regex ShortOfBreath { get; }

    [GeneratedRegex(@"\b(?:(go|goes|going) (down|into|to|past|below) (the|your) (leg|arm|knee|foot|hand|elbow|calf))\b", RegexOptions.CultureInvariant)]
    private static partial Regex DownTheLeg { get; }

    [GeneratedRegex(@"\b(?:(go|goes|going|travel|move|moves) anywhere( else)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex GoesAnywhere { get; }

    [GeneratedRegex(@"\b(?:(through|throughout|over|across|during) (the|a|your) (course of the )?day|24 hours?|twenty four hours?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex ThroughTheDay { get; }

    [GeneratedRegex(@"\b(?:wakes? (you )?up|(get|gets|got) woken( up)?)\b", RegexOptions.CultureInvariant)]
    private static partial Regex WakesUp { get; }

    [GeneratedRegex(@"\b(?:low or down|(get|gets|got|getting|bring|brings) you down|feel(ing)? (low|down))\b", RegexOptions.CultureInvariant)]
    private static partial Regex FeelsLow { get; }

    [GeneratedRegex(@"\b(?:what happened)\b", RegexOptions.CultureInvariant)]
    private static partial Regex WhatHappened { get; }

    [GeneratedRegex(@"\b(?:right now|at the moment|at present|currently|right this minute)\b", RegexOptions.CultureInvariant)]
    private static partial Regex RightNow { get; }

    [GeneratedRegex(@"\b(?:get along|get on with|manage with)\b", RegexOptions.CultureInvariant)]
    private static partial Regex GetsAlong { get; }

    [GeneratedRegex(@"\b(?:at (its|the) (very )?worst)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Worst { get; }

    [GeneratedRegex(@"\b(?:at (its|the) best)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Best { get; }
}
