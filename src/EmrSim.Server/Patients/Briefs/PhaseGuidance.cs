namespace EmrSim.Server.Patients.Briefs;

internal static class PhaseGuidance
{
    public static IEnumerable<string> Lines(string phase)
    {
        yield return $"Encounter phase: {phase}.";
        var guidance = phase switch
        {
            "subjective" => "The student is taking your history. Answer questions. If the student starts to examine, say that you have not finished telling, and give no findings.",
            "objective" => "The student examines you. Follow instructions you agreed to, say what you feel while it happens, and give a measured finding only for the very test that is done.",
            "treatment_plan" => "The student explains and plans with you. Ask what it means for your daily life, say what you can and cannot do, repeat back in your own words when asked. There is no more examining.",
            _ => null,
        };
        if (guidance is not null) yield return guidance;
    }
}
