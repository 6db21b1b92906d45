namespace EmrSim.Server.Patients.Scripted;

/// <summary>What a patient says who did not understand: never twice the same, and a hint at what would help.</summary>
internal static class Clarifications
{
    private static readonly string[] s_subjective =
    [
        "Sorry, I did not quite get that. Could you ask it in another way?",
        "I am not sure what you mean. Do you want to know about the complaint itself, or about my daily life?",
        "Could you be a bit more specific, maybe one thing at a time?",
        "I do not know how to answer that. You could ask me when or where I notice it.",
        "What do you mean exactly? Plain words are easiest for me.",
    ];

    private static readonly string[] s_objective =
    [
        "Sorry, what would you like me to do?",
        "I am not sure which movement or test you mean. Could you describe it?",
        "Could you say in plain words what you want to look at?",
        "I did not follow. Should I move, or do you want to ask me something?",
    ];

    private static readonly string[] s_plan =
    [
        "I did not quite follow. What does that mean for me?",
        "Could you put that in simpler words?",
        "Sorry, is that something I should do, or a question?",
        "Can you explain that once more? I want to get it right.",
    ];

    public static Part For(Question question, Recollection recollection) => Part.Of("clarify", Chance.Fresh(
        question.Phase switch { "objective" => s_objective, "treatment_plan" => s_plan, _ => s_subjective },
        question.EncounterId,
        $"clarify {recollection.UserTurns}",
        recollection.LastSaid));
}
