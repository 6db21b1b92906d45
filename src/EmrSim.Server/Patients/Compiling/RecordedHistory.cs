using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>Turns the subjective part of a record into answers that a patient can give.</summary>
internal static class RecordedHistory
{
    public static IEnumerable<DerivedAnswer> Of(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object) return [];
        var illness = record.At("history_present_illness");
        var pain = record.At("pain");
        var social = record.At("social_history");
        DerivedAnswer?[] answers =
        [
            Said("chief_complaint", "Reason for the visit", ["what brings you in", "main complaint", "what is the problem", "how can i help you"], Told(record, "chief_complaint", "{0}")),
            Said("pain_hpi", "What happened", ["what happened", "how did it happen", "mechanism", "history", "how did it start"], Told(illness, "mechanism", "It came with this: {0}.")),
            Said("course", "Course since the start", ["better or worse since then", "has it changed", "course", "progression"], Told(illness, "course_since_onset", "Since then it has been {0}.")),
            Said("prior_episodes", "Earlier episodes", ["had this before", "previous episodes", "first time"], Told(illness, "prior_episodes", "Before this: {0}.")),
            Said("prior_treatment", "Treatment so far", ["what treatment have you had", "have you tried anything"], Listed(illness, "prior_treatment_response", "So far: {0}.")),
            Said("pain_location", "Location of pain", ["where does it hurt", "where is the pain", "location of pain", "pain"], Listed(pain, "location", "It hurts here: {0}.")),
            Said("pain_quality", "Quality of pain", ["what does the pain feel like", "describe the pain", "type of pain"], Listed(pain, "quality", "I would call it {0}.")),
            Said("pain_rating", "Pain rating", ["rate your pain", "pain out of ten", "how bad is the pain", "worst pain", "pain at rest"], Ratings(pain)),
            Said("aggravating", "What makes it worse", ["what makes it worse", "aggravating factors", "what brings it on"], Listed(pain, "aggravators", "These make it worse: {0}.")),
            Said("easing", "What makes it better", ["what makes it better", "easing factors", "what helps"], Listed(pain, "easers", "These help: {0}.")),
            Said("pattern_24h", "Pattern over the day", ["how does it change over the day", "24 hour pattern", "morning or evening"], Told(pain, "24h_pattern", "Over the day: {0}.")),
            Said("red_flags", "Red flags", ["red flag", "night pain", "weight loss", "fever", "infection", "cancer", "bladder or bowel changes"], RedFlags(illness.At("red_flag_denials_affirmations"))),
            Said("function_sdoh", "Work and home", ["work", "sleep", "transport", "home", "daily life"], [.. Told(social, "work_demands", "For work: {0}."), .. Told(record.At("sdoh"), "home_environment", "At home: {0}."), .. Hours(social)]),
            Said("pmh_psh_meds_allergies", "Other conditions, operations, medication, allergies", ["medical history", "operations", "medication", "what medicines do you take", "allergies"], [.. Listed(record, "past_medical_history", "Other conditions: {0}."), .. Listed(record, "surgical_history", "Operations: {0}."), .. Listed(record, "medications", "Medication: {0}."), .. Listed(record, "allergies", "Allergies: {0}.")]),
            Said("imaging", "Imaging", ["have you had any scans", "x-ray", "mri", "imaging"], Told(record.At("imaging"), "summary_patient_facing", "{0}")),
            Said("goals", "Goals", ["what are your goals", "goal", "what would you like to achieve"], Listed(record, "goals", "I would like this: {0}.")),
        ];
        return answers.OfType<DerivedAnswer>();
    }

    private static DerivedAnswer? Said(string id, string label, IReadOnlyList<string> patterns, IReadOnlyList<string> lines) =>
        lines.Count == 0 ? null : new(id, label, patterns, lines);

    private static IReadOnlyList<string> Told(JsonElement record, string key, string frame) =>
        record.Text(key) is { } told ? [Framed(frame, told)] : [];

    private static IReadOnlyList<string> Listed(JsonElement record, string key, string frame)
    {
        var entries = record.Items(key).Select(static one => one.AsText() ?? one.Text("name") ?? one.Text("substance")).OfType<string>().Where(static one => one != "NKDA").ToList();
        return entries.Count == 0 ? [] : [Framed(frame, string.Join(", ", entries))];
    }

    private static string Framed(string frame, string told) =>
        frame.Replace("{0}", RecordWords.Plain(frame.EndsWith('.') ? told.TrimEnd('.') : told), StringComparison.Ordinal);

    private static IReadOnlyList<string> Ratings(JsonElement pain) =>
    [
        .. Rating(pain, "nrs_now", "Right now it is a {0} out of 10."), .. Rating(pain, "nrs_rest", "At rest it is a {0} out of 10."),
        .. Rating(pain, "nrs_activity", "When I am active it is a {0} out of 10."), .. Rating(pain, "nrs_worst", "At its worst it is a {0} out of 10."),
        .. Rating(pain, "nrs_best", "At its best it is a {0} out of 10."),
    ];

    private static IReadOnlyList<string> Rating(JsonElement pain, string key, string frame) =>
        pain.At(key).ValueKind == JsonValueKind.Number ? [Framed(frame, pain.At(key).Scalar()!)] : [];

    private static IReadOnlyList<string> RedFlags(JsonElement answers)
    {
        if (answers.ValueKind != JsonValueKind.Object) return [];
        var present = answers.Fields().Where(static one => one.Value.ValueKind == JsonValueKind.True).Select(static one => RecordWords.Plain(one.Name)).ToList();
        var absent = answers.Fields().Where(static one => one.Value.ValueKind == JsonValueKind.False).Select(static one => RecordWords.Plain(one.Name)).ToList();
        return [.. present.Count > 0 ? [$"Yes: {string.Join(", ", present)}."] : Array.Empty<string>(), .. absent.Count > 0 ? [$"No {string.Join(", no ", absent)}."] : Array.Empty<string>()];
    }

    private static IReadOnlyList<string> Hours(JsonElement social) =>
        social.At("sleep_hours").ValueKind == JsonValueKind.Number ? [$"I sleep about {social.At("sleep_hours").Scalar()} hours."] : [];
}
