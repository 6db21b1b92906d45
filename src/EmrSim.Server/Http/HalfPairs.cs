using System.Text.Json;

namespace EmrSim.Server.Http;

/// <summary>The JSON parser lets "\ud800" pass and fails only when the text is taken out, too late for a clear answer.</summary>
internal static class HalfPairs
{
    /// <summary>Throws a JsonException when a text or a name holds half of a surrogate pair.</summary>
    public static void Refuse(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Take(() => _ = property.Name);
                    Refuse(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Refuse(item);
                break;
            case JsonValueKind.String:
                Take(() => element.GetString());
                break;
        }
    }

    private static void Take(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("Half of a surrogate pair.", half);
        }
    }
}
