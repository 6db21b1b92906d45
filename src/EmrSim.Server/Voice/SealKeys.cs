using System.Xml.Linq;
using EmrSim.Server.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace EmrSim.Server.Voice;

/// <summary>
/// The data-protection key ring in the database, shared by all instances. It is read at start and once a day; sealing and opening
/// use the ring in memory.
/// </summary>
internal sealed class SealKeys(AppDatabase database, TimeProvider clock) : IXmlRepository
{
    private const string Lane = "data_protection_key";

    // Instances that start together, or renew together, each see no usable key and make one; all must then use the first.
    private static readonly TimeSpan s_together = TimeSpan.FromHours(1);

    public IReadOnlyCollection<XElement> GetAllElements() => Now(() => database.ReadAsync(
        static async (connection, token) =>
        {
            var keys = new List<XElement>();
            await using var row = await connection.Statement(null, "select xml from data_protection_key order by stored_at, name").ExecuteReaderAsync(token);
            while (await row.ReadAsync(token)) keys.Add(XElement.Parse(row.GetString(0)));
            return keys;
        },
        CancellationToken.None));

    public void StoreElement(XElement element, string friendlyName)
    {
        var now = clock.GetUtcNow();
        var isKey = element.Name.LocalName == "key";
        Now(() => database.WriteAsync(
            Lane,
            (connection, transaction, token) => connection.Statement(
                transaction,
                """
                insert into data_protection_key (name, stored_at, hour, xml) select @name, @stored, cast(@hour as bigint), @xml
                where cast(@hour as bigint) is null or not exists (select 1 from data_protection_key where hour is not null and stored_at > @recent) on conflict do nothing
                """,
                ("name", friendlyName),
                ("stored", now.ToUnixTimeMilliseconds()),
                ("hour", isKey ? now.ToUnixTimeSeconds() / (long)s_together.TotalSeconds : null),
                ("xml", element.ToString(SaveOptions.DisableFormatting)),
                ("recent", (now - s_together).ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token),
            CancellationToken.None));
    }

    // The interface is synchronous.
    private static T Now<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
