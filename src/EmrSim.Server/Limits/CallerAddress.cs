using System.Net;
using System.Net.Sockets;

namespace EmrSim.Server.Limits;

/// <summary>The address that a limit counts: an IPv4 address, or the /64 network of an IPv6 one, which a single household is given whole.</summary>
public static class CallerAddress
{
    public static string Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Connection.RemoteIpAddress is { } address ? Subject(address) : "unknown";
    }

    internal static string Subject(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
