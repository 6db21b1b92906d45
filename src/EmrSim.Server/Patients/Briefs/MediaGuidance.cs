using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>What the patient can show, by markers that only this case has.</summary>
internal static class MediaGuidance
{
    public static IEnumerable<string> Lines(CaseFile file, string phase)
    {
        var assets = file.Scenario.Raw.Items("media_library")
            .Where(asset => phase != "subjective" || !asset.Texts("clinical_context").Contains("objective", StringComparer.Ordinal))
            .Select(asset => file.Scenario.Media[asset.Text("id")!])
            .DistinctBy(static asset => asset.Id)
            .ToList();
        if (assets.Count == 0) yield break;
        yield return "You can show something by writing its marker once, exactly as given, at the end of what you say, and only when the student asks to see it or the answer calls for it. One marker at a time, never another id:";
        foreach (var asset in assets)
            yield return file.Diagnosis.AreIn(asset.Caption) ? $"- [MEDIA:{asset.Id}] ({asset.Type})" : $"- [MEDIA:{asset.Id}] ({asset.Type}): {asset.Caption}";
    }
}
