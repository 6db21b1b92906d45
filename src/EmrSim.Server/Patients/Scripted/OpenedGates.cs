using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Which gates words open, whoever answers them: the script, or a model by voice.</summary>
internal static class OpenedGates
{
    public static GateFlags By(Act act, GateFlags gate) => act switch
    {
        Act.Greeting => gate with { GreetingDone = true },
        Act.Introduction => gate with { IntroDone = true },
        Act.Consent => gate with { ConsentDone = true },
        _ => gate,
    };

    /// <summary>Who a patient is counts once it was asked for and once name and date of birth were said, in whichever order these became known.</summary>
    public static async ValueTask<GateFlags> BySpeechAsync(Catalogue catalogue, SpokenWords spoken, Func<Task<IReadOnlyList<Utterance>>> conversation)
    {
        var (persona, scenario) = catalogue.Need(spoken.PersonaId, spoken.ScenarioId);
        var listener = catalogue.ListenerOf(catalogue.CaseOf(scenario), persona);
        var heard = spoken.Role == "user" ? listener.HearGates(spoken.Text, spoken.Phase == "objective") : [];
        var gate = heard.Aggregate(spoken.Gate, static (open, one) => By(one.Act, open));
        if (gate.IdentityVerified || !(AsksWho(heard) || IdentityCheck.Tells(persona, spoken.Text))) return gate;
        var told = await conversation();
        var isAsked = told.Any(one => one.Role == "user" && AsksWho(listener.HearGates(one.Text)));
        return isAsked && IdentityCheck.IsTold(persona, told) ? gate with { IdentityVerified = true } : gate;
    }

    private static bool AsksWho(IReadOnlyList<Heard> heard) => heard.Any(static one => one.Act == Act.Identity);
}
