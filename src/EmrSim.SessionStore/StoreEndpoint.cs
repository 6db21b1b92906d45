using System.Globalization;

namespace EmrSim.SessionStore;

/// <summary>Where one server, or one sentinel, listens.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port.</param>
public readonly record struct StoreEndpoint(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
