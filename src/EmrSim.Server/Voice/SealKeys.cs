using System.Xml.Linq;
using Dapper;
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
        async (connection, _) => (await connection.QueryAsync<string>("select xml from data_protection_key order by stored_at, name")).Select(XElement.Parse).ToList(),
        CancellationToken.None));

    public void StoreElement(XElement element, string friendlyName)
    {
        var now = clock.GetUtcNow();
        var isKey = element.Name.LocalName == "key";
        Now(() => database.WriteAsync(
            Lane,
            (connection, transaction, _) => connection.ExecuteAsync(
                """
                insert into data_protection_key (name, stored_at, hour, xml) select @friendlyName, @stored, @hour, @xml
                where @hour is null or not exists (select 1 from data_protection_key where hour is not null and stored_at > @recent) on conflict do nothing
                """,
                new
                {
                    friendlyName,
                    stored = now.ToUnixTimeMilliseconds(),
                    recent = (now - s_together).ToUnixTimeMilliseconds(),
                    hour = isKey ? (long?)(now.ToUnixTimeSeconds() / (long)s_together.TotalSeconds) : null,
                    xml = element.ToString(SaveOptions.DisableFormatting),
                },
                transaction),
            CancellationToken.None));
    }

    // The interface is synchronous.
    private static T Now<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
