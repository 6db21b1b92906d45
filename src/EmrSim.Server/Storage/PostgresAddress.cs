using System.Globalization;
using EmrSim.Server.Operations;
using Npgsql;

namespace EmrSim.Server.Storage;

/// <summary>A postgres:// address as Npgsql's connection string; Npgsql itself reads no addresses.</summary>
internal static class PostgresAddress
{
    // A fleet shares the server's connections (100 by default), so one instance takes few.
    private const int MostConnections = 20;

    public static string ToConnectionString(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) throw Unreadable("write it as postgres://user:password@host:5432/name, special characters percent-encoded");
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Length > 0 ? uri.Host.Trim('[', ']') : "localhost",
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Timeout = 3,
            CommandTimeout = 4,
            CancellationTimeout = 500,
            MaxPoolSize = MostConnections,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            ApplicationName = "emrsim",
        };
        var login = uri.UserInfo.Split(':', 2);
        if (login[0].Length > 0) builder.Username = Uri.UnescapeDataString(login[0]);
        if (login.Length == 2) builder.Password = Uri.UnescapeDataString(login[1]);
        var name = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (name.Length == 0) throw Unreadable("it names no database");
        builder.Database = name;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)) Apply(builder, pair);
        return builder.ConnectionString;
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string pair)
    {
        var parts = pair.Split('=', 2);
        var name = Uri.UnescapeDataString(parts[0]);
        var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        switch (name)
        {
            case "sslmode":
                builder.SslMode = value switch
                {
                    "disable" => SslMode.Disable,
                    "allow" => SslMode.Allow,
                    "prefer" => SslMode.Prefer,
                    "require" => SslMode.Require,
                    "verify-ca" => SslMode.VerifyCA,
                    "verify-full" => SslMode.VerifyFull,
                    _ => throw Unreadable("sslmode must be disable, allow, prefer, require, verify-ca or verify-full"),
                };
                break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "host": builder.Host = value; break;
            case "application_name": builder.ApplicationName = value; break;
            case "connect_timeout": builder.Timeout = Number(name, value, 1, 300); break;
            case "pool_size": builder.MaxPoolSize = Number(name, value, 6, 500); break;
            default: throw Unreadable($"its option {name} is not known; sslmode, sslrootcert, host, application_name, connect_timeout and pool_size are");
        }
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Unreadable(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number from {least} to {most}"));

    private static StartRefusedException Unreadable(string why) => new($"DATABASE_URL cannot be used: {why}.");
}
