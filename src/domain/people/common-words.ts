/**
 * The stock from which easy passwords are built, put together by hand from what is widely known: what people
 * type when asked for a password, keyboards apart. Lower case; phrases without spaces.
 */
const words = `
password passwort passwd passcode pass word pwd secret secure security private geheim geheimnis kennwort motdepasse
contrasena senha parola welcome willkommen bienvenue bienvenido bemvindo hello hallo hola bonjour ciao admin
administrator administrateur root login logon signin letmein access zugang master default system server database
computer laptop internet network wifi windows linux microsoft google apple android iphone samsung facebook
instagram twitter youtube amazon netflix linkedin adobe change changeme changeit temp temporary test testing tester
demo guest user username account company business office work manager customer churn holdfast retention sales
service support team hiring qwerty qwertz azerty asdf zxcv yxcv qaz wsx love lover loving loves iloveyou ilove
iloveu ihate loveyou lovely forever always never together happy happiness smile heart hearts kiss kisses hugs baby
babe babygirl babyboy honey sweetie sweet sweetheart darling angel angels princess prince queen king daddy mommy
mother father mama papa mummy sister brother family friend friends bestfriend girl girls boy boys woman man sexy
beautiful pretty cute crazy awesome cool super great perfect best good bad new old big little small dragon monkey
tiger lion eagle eagles panther panthers bear bears wolf wolves horse horses puppy kitty kitten cat cats dog dogs
fish bird bunny rabbit turtle dolphin dolphins butterfly butterflies spider scorpion phoenix unicorn football
soccer baseball basketball hockey tennis golf cricket rugby swimming liverpool arsenal chelsea barcelona
manchester united realmadrid juventus bayern dortmund celtic rangers yankees cowboys steelers lakers packers
raiders broncos redsox chicago dallas texas florida california newyork london paris berlin madrid america american
england scotland ireland canada australia mexico germany deutschland france italia india china japan superman
batman spiderman ironman wonderwoman captain starwars skywalker jedi vader yoda pokemon pikachu naruto sasuke
harrypotter potter hogwarts gandalf frodo matrix terminator simpsons homer bart mickey mickeymouse minnie mouse
donald duck disney barbie snoopy scooby scoobydoo garfield hellokitty spongebob tinkerbell nemo shrek minecraft
fortnite roblox playstation nintendo xbox mario zelda pokemon sunshine sunflower sunny rainbow summer winter spring
autumn fall january february march april may june july august september october november december monday tuesday
wednesday thursday friday saturday sunday today tomorrow yesterday morning evening night christmas easter halloween
birthday holiday vacation freedom liberty justice peace hope faith grace trust trustno believe dream dreams dreamer
jesus christ jesuschrist god lord heaven blessed bless church bible angel prayer allah buddha shadow silver golden
gold diamond crystal purple orange yellow green blue black white red pink brown grey cherry banana apple strawberry
blueberry chocolate cookie cookies cheese pepper ginger coffee pizza candy sugar flower flowers garden rose daisy
lily jasmine violet hunter killer warrior ninja samurai pirate soldier ranger thunder lightning storm fire ice
water earth wind moon star stars moonlight starlight nothing something whatever anything everything nobody
somebody everyone music guitar piano metallica nirvana beatles eminem rockstar rock roll punk dance dancer dancing
money dollar rich lucky winner champion champions number one two three four five six seven eight nine ten zero
first second last correct horse battery staple purple elephant michael jennifer thomas jessica charlie jordan
daniel ashley andrew joshua matthew anthony william robert david james john joseph richard george christopher
christian nicholas jonathan alexander alexandra alexander victoria elizabeth samantha stephanie nicole amanda
melissa michelle natalie vanessa veronica patricia isabella gabriela gabriel maria martin marina andrea carlos
alejandro fernando eduardo roberto antonio francesco giovanni valentina sebastian benjamin johannes oliver hannah
emma sophie sofia laura anna alex sarah rachel rebecca danielle brandon justin kevin steven patrick brian jason
eric ryan tyler taylor austin dakota hunter maggie buddy bailey buster molly lucky rocky bella max toby lady
please thankyou thanks enter open sesame abracadabra blink blahblah lalala hahaha asdasd qweqwe abcabc xyz abc
my me the and you your are for this that is its it of to in on with from have not was but who what when where why
can will here there mine ours our his her am im ive ist ein eine der die das und ich bin du mein meine dein liebe
dich nicht amo teamo amor mio mia vida corazon siempre mucho jetaime amour ma mon mes aime toi vie ti amore sempre
`;

const phrases = `
correcthorsebatterystaple thequickbrownfox thequickbrownfoxjumpsoverthelazydog jumpsoverthelazydog
tobeornottobe thatisthequestion maytheforcebewithyou theforceawakens iamyourfather lukeiamyourfather
winteriscoming youknownothing hastalavista illbeback houstonwehaveaproblem elementarymydearwatson
heresjohnny showmethemoney toinfinityandbeyond lifeislikeaboxofchocolates mymotheralwayssaid
iseedeadpeople theresnoplacelikehome wearethechampions wewillrockyou bohemianrhapsody stairwaytoheaven
hotelcalifornia smellsliketeenspirit likeavirgin letitbe heyjude yesterdayallmytroubles allyouneedislove
imagineallthepeople dontstopbelieving livinonaprayer sweethomealabama sweetchildomine highwaytohell
welcometothejungle knockingonheavensdoor anotherbrickinthewall wishyouwerehere twinkletwinklelittlestar
maryhadalittlelamb humptydumpty happybirthdaytoyou merrychristmas happynewyear onceuponatime
happilyeverafter lordoftherings onering gameofthrones harrypotterandthe thelordismyshepherd ourfatherwhoartinheaven
inthebeginning godisgood godislove jesusismylord jesuslovesme praisethelord johnthreesixteen philippiansfour
carpediem hakunamatata livelaughlove liveandletdie neversaynever nevergiveup nopainnogain justdoit
yeswecan makeamericagreatagain timeismoney knowledgeispower practicemakesperfect honestyisthebestpolicy
anappleaday earlybird allthatglitters thisismypassword thisisapassword thisisasecret mypasswordis
iforgotmypassword idontknow idontcare whatismypassword whatsmypassword passwordissecret nopassword
letmeinplease letmeinnow opensesame iloveyousomuch iloveyouforever iloveyoubaby iloveyoumore iloveyoutoo
iloveyoualways ilovemyself ilovemyfamily ilovemymom ilovemydad ilovemydog ilovemycat ilovemywife
ilovemyhusband ilovemyson ilovemydaughter ilovemykids ilovechocolate ilovejesus ilovegod ilovemusic
ichliebedich ichliebedichsosehr teamomucho teamoporsiempre tequieromucho jetaimemonamour tiamotanto euteamo
minecraftisthebest mickeymouse manchesterunited realmadridcf fcbarcelona fcbayernmunchen liverpoolfc
youllneverwalkalone gloryglorymanunited dallascowboys newyorkyankees losangeleslakers pittsburghsteelers
sanfrancisco losangeles newyorkcity unitedstatesofamerica greatbritain newzealand southafrica
trustnoone iamthebest iamawesome iamlegend iambatman imthebest youaremysunshine youarebeautiful
bestfriendsforever friendsforever loveisintheair lovehurts lovemeorleaveme foreverandalways foreverandever
togetherforever alwaysandforever partyallnight rockandroll sexdrugsandrocknroll tobeornottobethatisthequestion
wouldntyouliketoknow nobodyknows mindyourownbusiness noneofyourbusiness goaway gotohell
fourscoreandsevenyearsago wethepeople ihaveadream asknotwhatyourcountry thetruthisoutthere beammeupscotty
livelongandprosper resistanceisfutile sowearestandardissue onesmallstepforman
`;

export const commonWords: readonly string[] = listOf(words).filter((word) => word.length >= 3);
export const commonPhrases: readonly string[] = listOf(phrases);

function listOf(text: string): string[] {
  return [...new Set(text.trim().split(/\s+/))];
}
