using System.Globalization;

namespace EmrSim.Server.Tests.Traces;

/// <summary>A span as the OTLP receiver got it.</summary>
/// <param name="Parent">Empty for the first of a trace.</param>
/// <param name="Instance">Which process sent it.</param>
public sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes, string Source, string Service, string Instance)
{
    public string? RequestId => Attributes.GetValueOrDefault("emrsim.request_id");

    /// <summary>Everything in it that is text.</summary>
    public string Everything => $"{Name} {string.Join(' ', Attributes.Select(pair => $"{pair.Key}={pair.Value}"))}";

    public static IEnumerable<ReceivedSpan> Read(ReadOnlyMemory<byte> export)
    {
        foreach (var batch in ProtobufField.Read(export).Where(static field => field.Number == 1))
        {
            var resource = Pairs(batch.All(1).SelectMany(static found => found.All(1)));
            foreach (var scope in batch.All(2))
            {
                var source = scope.All(1).SelectMany(static found => found.All(1)).Select(static name => name.Text).FirstOrDefault() ?? "";
                foreach (var span in scope.All(2)) yield return Of(span, source, resource);
            }
        }
    }

    private static ReceivedSpan Of(ProtobufField span, string source, Dictionary<string, string> resource) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), span.All(5).Single().Text, Pairs(span.All(9)), source,
        resource.GetValueOrDefault("service.name", ""), resource.GetValueOrDefault("service.instance.id", ""));

    private static string Hex(ProtobufField span, int number) => span.All(number).Select(static field => field.Hex).FirstOrDefault() ?? "";

    private static Dictionary<string, string> Pairs(IEnumerable<ProtobufField> pairs) => pairs.ToDictionary(
        static pair => pair.All(1).Single().Text,
        static pair => pair.All(2).SelectMany(static value => value.Fields).Select(static value => value.Number == 1 ? value.Text : value.Value.ToString(CultureInfo.InvariantCulture)).FirstOrDefault() ?? "");
}
