/** Preselects the time zone and the currency of the browser at set-up; without scripts people choose them. */
const currencyOf = {
  ...Object.fromEntries(
    'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'
      .split(' ')
      .map((region) => [region, 'EUR']),
  ),
  ...{
    AU: 'AUD',
    BR: 'BRL',
    CA: 'CAD',
    CH: 'CHF',
    CN: 'CNY',
    CZ: 'CZK',
    DK: 'DKK',
    GB: 'GBP',
    HK: 'HKD',
    HU: 'HUF',
  },
  ...{
    IL: 'ILS',
    IN: 'INR',
    IS: 'ISK',
    JP: 'JPY',
    KR: 'KRW',
    LI: 'CHF',
    MX: 'MXN',
    NO: 'NOK',
    NZ: 'NZD',
    PL: 'PLN',
  },
  ...{ RO: 'RON', RS: 'RSD', SE: 'SEK', SG: 'SGD', TR: 'TRY', UA: 'UAH', US: 'USD', ZA: 'ZAR' },
};

const form = document.querySelector('[data-guess-locale]');
if (form) {
  preselect('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  preselect('currency', currencyOf[new Intl.Locale(navigator.language).maximize().region]);
}

function preselect(name, value) {
  const select = form.elements.namedItem(name);
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}
