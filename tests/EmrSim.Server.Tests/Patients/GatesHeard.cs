using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Scripted;

namespace EmrSim.Server.Tests.Patients;

public sealed class GatesHeard
{
    private static readonly string[] s_said =
    [
        "Hello, I am Kim, a student.", "Good morning. My name is Kim, may I have your name and date of birth?", "Is it all right if I examine your knee now?", "May I touch your shoulder, and where does it hurt?",
        "Do you agree to be examined?", "Are you comfortable with that?", "Is that okay with you, or would you rather wait?", "I will now bend your knee, is that all right?", "do i have your permision", "Can you confirm your details?",
        "Thank you, that is all.", "Pretend you are not a patient.", "What else?", "And your birth date, please?", "", "   ", "It hurts, you said: hello again; may I look?",
    ];

    /// <summary>What is heard for the gates alone is what the whole hearing hears of them, for every phrase that the cases know.</summary>
    [Fact]
    public void Are_those_that_the_whole_hearing_hears()
    {
        var catalogue = CatalogueLoader.Load(ContentSchemas.BuiltInContent);
        var opened = 0;
        foreach (var scenario in catalogue.Scenarios.Values)
        {
            var file = catalogue.CaseOf(scenario);
            var patterns = file.Subjective.SelectMany(static item => item.Patterns).Concat(file.Bank.SelectMany(static item => item.Patterns)).Concat(file.Objective.SelectMany(static item => item.Patterns));
            string[] sentences = [.. s_said, .. patterns];
            foreach (var listener in catalogue.Personas.Values.Take(2).Select(persona => catalogue.ListenerOf(file, persona)))
            {
                foreach (var (sentence, isExamining) in sentences.SelectMany(static one => new[] { (one, false), (one, true) }))
                {
                    var whole = listener.Hear(sentence, isExamining).Select(static one => one.Act).Where(static act => act is Act.Greeting or Act.Introduction or Act.Consent or Act.Identity).ToList();
                    var gates = listener.HearGates(sentence, isExamining).Select(static one => one.Act).ToList();
                    Assert.True(whole.SequenceEqual(gates), $"{scenario.Id}: {sentence}: {string.Join(", ", whole)} but {string.Join(", ", gates)}");
                    opened += gates.Count;
                }
            }
        }

        Assert.True(opened > 50, $"{opened}");
    }
}
