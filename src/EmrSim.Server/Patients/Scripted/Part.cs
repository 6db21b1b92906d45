namespace EmrSim.Server.Patients.Scripted;

/// <param name="ItemIds">What the words came from: catalogue items, or ids of the patient's own such as gate:consent.</param>
/// <param name="IsFact">Told about the patient, so another speaker passes it on rather than says it.</param>
internal sealed record Part(string Text, IReadOnlyList<string> ItemIds, MediaAsset? Media = null, bool IsFact = false)
{
    public static Part Of(string id, string text) => new(text, [id]);
}
